import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { DispatchId, MessagePlace } from '../../contracts/ids.ts';
import type { Dispatch } from '../../domain/dispatches/dispatch.ts';
import type { DispatchStore, NumberBook, RowStore } from '../../domain/dispatches/ports.ts';
import { lookUpNumber } from '../../domain/dispatches/prepare/number-index.ts';
import { largeDispatchKey, largeDispatchPartition, numberKey, numberPartition, timeKey } from '../dynamo/keys.ts';
import { type Item, putAll, type Table } from '../dynamo/table.ts';
import { type ObjectReader, preparedFiles } from './prepared-rows.ts';

type Place = Pick<MessagePlace, 'kind' | 'block' | 'row'>;
/** A place as the end of a sort key: `b0r12`. */
const placeText = ({ kind, block, row }: Place) => `${kind}${block}r${row}`;
const placeOf = (text: string): Place => {
  const [, kind, block, row] = /^([bx])([0-9]+)r([0-9]+)$/.exec(text) ?? [];
  return { kind: kind as Place['kind'], block: Number(block), row: Number(row) };
};

/** A search looks into at most so many large dispatches a call: each costs up to three reads. */
const largeAtMost = 30;

/**
 * Finds messages by number: small dispatches have an item for each of their numbers, large ones a sorted index in an
 * object. Both are written before the dispatch is published, so what they lead to may not exist; readers look.
 */
export function createNumberBook(
  table: Table,
  objects: ObjectReader,
  dispatches: Pick<DispatchStore, 'read'>,
  rows: Pick<RowStore, 'numbersInItems'>,
): NumberBook {
  const placesIn = async (dispatch: Dispatch, digits: string): Promise<readonly Place[]> => {
    const { prepared } = dispatch;
    if (!prepared) return [];
    if (prepared.rowsIn === 'items') {
      return (await rows.numbersInItems(dispatch)).filter((entry) => entry.digits === digits).map(({ place }) => place);
    }
    const { byNumber } = preparedFiles(dispatch.id, prepared.attempt);
    return lookUpNumber((offset, length) => objects.range(byNumber, offset, length), digits);
  };

  return {
    placesIn,

    async remember({ owner, id, createdAtMs }, numbers, expiresAtMs) {
      const expiresAt = Math.floor(expiresAtMs / 1_000);
      if (numbers === 'in_object') {
        return putAll(table, [{ ...largeDispatchKey(owner, createdAtMs, id), entity: 'largeDispatch', expiresAt }]);
      }
      await putAll(
        table,
        numbers.map(({ digits, place }): Item => {
          const key = numberKey(owner, `+${digits}`, createdAtMs, id, placeText(place));
          return { ...key, entity: 'number', expiresAt };
        }),
      );
    },

    async search(owner, digits, fromMs, untilMs, after, limit) {
      const from = timeKey(fromMs);
      const until = after ?? timeKey(untilMs);
      if (until < from) return { found: [], next: null };
      const small = await page(table, numberPartition(owner, `+${digits}`), from, until, limit);
      const large = await page(table, largeDispatchPartition(owner), from, until, largeAtMost);
      // Beyond the end of the shorter page the other may have more: only what is newer than that is known to be in order
      const ends = [small, large].flatMap((found) =>
        found.more && found.keys.length > 0 ? [found.keys.at(-1) ?? ''] : [],
      );
      const end = ends.sort().at(-1) ?? '';
      const found: { at: string; place: MessagePlace }[] = small.keys.map((at) => ({ at, place: placeOfKey(at) }));
      for (const key of large.keys.filter((at) => at >= end)) {
        const dispatch = await dispatches.read(idOfKey(key));
        if (dispatch?.owner !== owner) continue;
        for (const place of await placesIn(dispatch, digits)) {
          found.push({ at: `${key}#${placeText(place)}`, place: { dispatchId: dispatch.id, ...place } });
        }
      }
      const inOrder = found.filter(({ at }) => at >= end && at < until).sort((a, b) => (a.at < b.at ? 1 : -1));
      const taken = inOrder.slice(0, limit);
      const next = taken.length < inOrder.length ? (taken.at(-1)?.at ?? null) : end === '' ? null : end;
      return { found: taken, next };
    },
  };
}

const idOfKey = (key: string) => key.split('#')[1] as DispatchId;
export const placeOfKey = (key: string): MessagePlace => ({
  dispatchId: idOfKey(key),
  ...placeOf(key.split('#')[2] ?? ''),
});

/** Sort keys of a partition from `from` up to, not including, `until`, newest first. */
async function page(table: Table, pk: string, from: string, until: string, limit: number) {
  const { Items = [], LastEvaluatedKey } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :until',
      ExpressionAttributeValues: { ':pk': pk, ':from': from, ':until': until },
      ScanIndexForward: false,
      Limit: limit + 1,
    }),
  );
  const keys = Items.map(({ sk }) => String(sk)).filter((sk) => sk < until);
  return { keys, more: LastEvaluatedKey !== undefined };
}
