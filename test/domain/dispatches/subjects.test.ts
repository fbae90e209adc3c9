import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDispatch } from '../../../shared/domain/dispatches/create-dispatch.ts';
import { firstMessage, listMessages } from '../../../shared/domain/dispatches/list-messages.ts';
import { closedEarlyMax, openBatchesMax } from '../../../shared/domain/dispatches/prepare/batch-writer.ts';
import { sendBatch } from '../../../shared/domain/dispatches/send-batch.ts';
import { sendMessages } from '../../../shared/domain/dispatches/send-messages.ts';
import type { InlineRecipient } from '../../../shared/domain/recipients/inline-list.ts';
import { brokenPromises, unfinished } from '../../support/fakes/promises.ts';
import { numberOf, ready, requestOf, sending, sendOf } from '../../support/fakes/sends.ts';
import { createWorld, owner, type World } from '../../support/fakes/world.ts';

const message = { ...requestOf().message, subject: '{{ shop | default: "본점" }} 소식', text: '{{ name }}님' };
const everybody = (shops: readonly string[]): InlineRecipient[] =>
  shops.map((shop, i) => ({ to: numberOf(i), variables: { shop, name: `n${i}` } }));

/** The subject that reached each number. */
const arrived = (world: World) =>
  new Map(world.carrier.taken.flatMap(({ batch }) => batch.messages.map(({ to }) => [to, batch.subject] as const)));
const e164 = (i: number) => `+82${numberOf(i).slice(1)}`;

describe('subjects that differ by recipient', () => {
  it('reach each recipient as their own, in one call for each subject', async () => {
    const world = createWorld();
    const shops = Array.from({ length: 60 }, (_, i) => ['강남', '홍대', ''][i % 3]!);
    const dispatch = await sending(world, everybody(shops), { message });
    await world.run();
    expect(world.carrier.taken.map(({ batch }) => batch.messages.length)).toEqual([20, 20, 20]);
    expect(arrived(world)).toEqual(new Map(shops.map((shop, i) => [e164(i), `${shop || '본점'} 소식`])));
    expect(brokenPromises(world)).toEqual([]);
    expect(unfinished(world)).toEqual([]);

    const looking = { batches: world.batches, rows: world.files.rows };
    const filter = { status: null, code: null };
    for (const withText of [false, true]) {
      const stored = world.dispatch(dispatch.id);
      const { items } = await listMessages(looking, stored, filter, firstMessage, 100, withText);
      expect(new Map(items.map(({ to, subject }) => [to, subject]))).toEqual(arrived(world));
    }
  });

  it('leave out who has none or too long a one', async () => {
    const world = createWorld();
    const shops = ['강남', '', '가'.repeat(18), '가'.repeat(17), 'a\nb'];
    const said = { ...message, subject: '{{ shop }} 소식' };
    await sending(world, everybody(shops), { message: said });
    await world.run();
    expect(arrived(world)).toEqual(
      new Map([
        [e164(0), '강남 소식'],
        [e164(3), `${'가'.repeat(17)} 소식`],
      ]),
    );
    const [dispatch] = [...world.dispatches.all.values()];
    expect(dispatch?.totals.skippedBy).toEqual({ missing_variable: 1, too_long: 1, unsendable_character: 1 });
  });

  it('on too few credits, the first rows of the list are sent, whichever batches they lie in', async () => {
    const shops = fc.array(fc.integer({ min: 0, max: openBatchesMax + 10 }), { minLength: 1, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(shops, fc.nat(650), fc.boolean(), async (drawn, credits, inOneCall) => {
        const world = createWorld({ credits });
        const recipients = everybody(drawn.map((shop) => `s${shop}`));
        const request = requestOf({ message, onShortfall: 'partial', confirm: 'auto' });
        const affordable = Math.min(Math.floor(credits / 3), drawn.length);
        if (inOneCall) {
          const sent = await sendMessages(world.ports, owner, request, recipients, null);
          expect(sent.kind).toBe(affordable === 0 ? 'short' : 'sent');
        } else {
          const created = await createDispatch(world.ports, owner, request, { list: recipients }, null);
          expect(created.kind).toBe('created');
        }
        await world.run();
        const expected = drawn.slice(0, affordable).map((shop, i) => [e164(i), `s${shop} 소식`] as const);
        expect(arrived(world)).toEqual(new Map(expected));
        expect(brokenPromises(world)).toEqual([]);
        expect(unfinished(world)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('that almost nobody shares end the dispatch, with nothing held', async () => {
    const world = createWorld();
    const recipients = everybody(Array.from({ length: closedEarlyMax + openBatchesMax + 1 }, (_, i) => `s${i}`));
    const { id } = await ready(world, recipients, { message });
    expect(world.dispatch(id)).toMatchObject({ state: 'failed', failure: { code: 'too_many_subjects' } });
    expect(world.credits.balanceOf(owner).held).toBe(0);
    await world.run();
    expect(world.dispatches.published.map(({ type }) => type)).toEqual(['dispatch.failed']);
    expect(unfinished(world)).toEqual([]);
  });

  it('never share a call: a batch that mixes them is not sent', async () => {
    const world = createWorld();
    const { id } = await sending(world, everybody(['a', 'a']), { message });
    const rowsOf: typeof world.files.rows.rowsOf = async (dispatch, batch) =>
      (await world.files.rows.rowsOf(dispatch, batch)).map(([row, digits, ...cells]) => [
        row,
        digits,
        ...cells.map((cell) => (cell === 'a' ? `${row}` : cell)),
      ]);
    const ports = { ...world.ports, rows: { ...world.ports.rows, rowsOf } };
    await expect(sendBatch(ports, sendOf(id))).rejects.toThrow(/different subjects/);
    expect(world.carrier.submits).toEqual([]);
  });
});
