import * as z from 'zod';
import { listRowsMax } from '../../shared/contracts/limits.ts';
import { exportOptOuts } from '../../shared/domain/permissions/export-opt-outs.ts';
import { optOutMany } from '../../shared/domain/permissions/opt-out-many.ts';
import type { PermissionStore } from '../../shared/domain/permissions/ports.ts';
import { digitsOf, numberParams, optOutShape, shownOptOut } from './permission-shapes.ts';
import { notFound } from './problems.ts';
import { answer, route } from './route.ts';
import { createdRange, cursorOf, listShape, pageQuery, shownPage } from './shapes.ts';

export interface OptOutDeps {
  readonly permissions: Pick<PermissionStore, 'readMany' | 'change' | 'listOptOuts'>;
}

const tag = 'Opt-outs';

const resultsShape = z
  .object({
    data: z.array(
      z.object({
        index: z.int().min(0).meta({ description: 'Position in `phoneNumbers`, from 0' }),
        to: z.string().meta({ description: 'E.164; as given if it is no phone number' }),
        result: z
          .enum(['changed', 'unchanged', 'invalid_number'])
          .meta({ description: '`unchanged`: it was so already, or the number stands in the list twice' }),
      }),
    ),
  })
  .meta({ id: 'OptOutResults' });

const repeating =
  'Asking again changes nothing, so no Idempotency-Key is needed; one that is sent is ignored. After an error some of the numbers may have been changed: ask again.';

const turn = (verb: string, optedOut: boolean, whileSuspended: 'allowed' | 'refused', words: [string, string]) =>
  route({
    method: 'POST',
    path: `/v1/sms/${verb}`,
    auth: 'tenant',
    tag,
    summary: words[0],
    description: `${words[1]} ${repeating}`,
    whileSuspended,
    body: z.strictObject({
      phoneNumbers: z
        .array(z.string().max(64))
        .min(1)
        .max(listRowsMax)
        .meta({ description: 'In any usual form', example: ['010-1234-5678'] }),
    }),
    responses: { 200: resultsShape },
    run: async ({ caller, body, nowMs }, deps: OptOutDeps) => {
      const said = { optedOut, source: 'api' } as const;
      const results = await optOutMany(deps, caller.owner, body.phoneNumbers, said, nowMs);
      return answer(200, { data: results.map((result, index) => ({ index, ...result })) });
    },
  });

const unsubscribe = turn('unsubscribe', true, 'allowed', [
  `Opts up to ${listRowsMax.toLocaleString('en')} people out`,
  'Once this has answered, campaigns and advertisements reach them no more, what is scheduled or queued included; what other messages do, the settings say. Taken from suspended accounts, too: nobody’s refusal is lost.',
]);

const subscribe = turn('subscribe', false, 'refused', [
  `Takes the opt-outs of up to ${listRowsMax.toLocaleString('en')} people back`,
  'For people who want your messages again. Their consents stay as they are, and so does the history.',
]);

const position = z.string().regex(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z#\d{3,15}$/);

const list = route({
  method: 'GET',
  path: '/v1/opt-outs',
  auth: 'tenant',
  tag,
  summary: 'Who is opted out, newest first',
  description: 'By the time of the opt-out. The newest may be missing for a moment, here and nowhere else.',
  query: z.strictObject({ ...pageQuery(position), ...createdRange }),
  responses: { 200: listShape(optOutShape) },
  run: async ({ caller, query, nowMs }, deps: OptOutDeps) => {
    const page = await deps.permissions.listOptOuts(caller.owner, asked(query, nowMs));
    return answer(200, shownPage(page, shownOptOut));
  },
});

const exportRowsMax = 10_000;
const csvType = 'text/csv; charset=utf-8';

const download = route({
  method: 'GET',
  path: '/v1/opt-outs/export',
  auth: 'tenant',
  tag,
  summary: 'Who is opted out, as a csv file, newest first',
  description:
    'Columns `phoneNumber`, `optedOutAt` and `source`. Where there are more than `limit`, the header `Next-Cursor` says what to give as `cursor` for the next file. An apostrophe keeps spreadsheets from calculating with the number; it is understood wherever numbers are read.',
  query: z.strictObject({ ...pageQuery(position, { maximum: exportRowsMax, usual: exportRowsMax }), ...createdRange }),
  responses: { 200: { files: ['text/csv'] } },
  run: async ({ caller, query, nowMs }, deps: OptOutDeps) => {
    const { csv, next } = await exportOptOuts(deps, caller.owner, asked(query, nowMs));
    const file = { bytes: Buffer.from(csv), contentType: csvType, fileName: 'opt-outs.csv' };
    return answer(200, file, next === null ? {} : { 'next-cursor': cursorOf(next) });
  },
});

const find = route({
  method: 'GET',
  path: '/v1/opt-outs/{number}',
  auth: 'tenant',
  tag,
  summary: 'Since when one person is opted out, and by which way',
  params: numberParams,
  responses: { 200: optOutShape },
  problems: ['not_found'],
  run: async ({ caller, params }, { permissions }: OptOutDeps) => {
    const digits = digitsOf(params.number);
    const known = digits === null ? null : (await permissions.readMany(caller.owner, [digits])).get(digits);
    const { optedOutAtMs, optOutSource: source } = known ?? { optedOutAtMs: null, optOutSource: null };
    if (digits === null || optedOutAtMs === null || source === null) return notFound;
    return answer(200, shownOptOut({ digits, optedOutAtMs, source }));
  },
});

interface AskedPage {
  readonly createdFrom?: number | undefined;
  readonly createdUntil?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const asked = ({ createdFrom, createdUntil, limit, cursor }: AskedPage, nowMs: number) => ({
  fromMs: createdFrom ?? 0,
  untilMs: createdUntil ?? nowMs + 1,
  limit,
  after: cursor ?? null,
});

export const optOutRoutes = [unsubscribe, subscribe, list, download, find];
