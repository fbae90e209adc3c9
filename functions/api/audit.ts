import * as z from 'zod';
import { auditIdShape, operatorKeyIdShape, tenantIdShape } from '../../shared/contracts/ids.ts';
import { type AuditEntry, type AuditLog, type AuditQuestion, auditOutcomes } from '../../shared/domain/audit/audit.ts';
import { auditFormats, exportAudit } from '../../shared/domain/audit/export-audit.ts';
import { type Problem, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { cursorOf, listShape, pageQuery, queryTimeShape, shownPage, shownTime, timeShape } from './shapes.ts';

export interface AuditDeps {
  readonly auditLog: AuditLog;
}

const tag = 'Operator';
const dayMs = 86_400_000;
const usualDays = 31;
const daysMax = 366;
const exportEntriesMax = 5_000;

const keyIds = z.union([operatorKeyIdShape, z.literal('root')]);
const facts = z.record(z.string(), z.unknown()).nullable();

const entryShape = z
  .object({
    id: auditIdShape,
    at: timeShape,
    keyId: keyIds,
    keyName: z.string(),
    action: z.string().meta({ example: 'POST /operator/v1/tenants/{id}/suspend' }),
    targets: z.record(z.string(), z.string()).meta({ description: 'What the address of the call named' }),
    tenantId: tenantIdShape.nullable(),
    requestId: z.string(),
    outcome: z.enum(auditOutcomes).meta({
      description:
        '`unfinished`: begun, and it is not known what became of it: it is at work this moment, or its process ended half-way',
    }),
    status: z.int().nullable(),
    code: z.string().nullable().meta({ description: 'Of a refusal' }),
    before: facts.meta({
      description: 'What was changed, as it was; phone numbers of people and addresses are masked',
    }),
    after: facts,
  })
  .meta({ id: 'AuditEntry' });

const shown = ({ atMs, ...entry }: AuditEntry) => ({ ...entry, at: shownTime(atMs) });

const position = z.string().regex(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z#aud_[0-9A-Z]{26}#BEGUN$/);

const filters = {
  from: queryTimeShape.optional().meta({ description: `Inclusive; default: ${usualDays} days before \`until\`` }),
  until: queryTimeShape
    .optional()
    .meta({ description: `Exclusive; default: now. At most ${daysMax} days after \`from\`` }),
  keyId: keyIds.optional(),
  tenantId: tenantIdShape.optional(),
};

interface Asked {
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  readonly keyId?: z.output<typeof keyIds> | undefined;
  readonly tenantId?: z.output<typeof tenantIdShape> | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

function questionOf({ from, until, limit, ...asked }: Asked, nowMs: number): AuditQuestion | Problem {
  const untilMs = Math.min(until ?? nowMs + 1, nowMs + 1);
  const fromMs = from ?? untilMs - usualDays * dayMs;
  if (untilMs - fromMs > daysMax * dayMs) return tooLong;
  const { keyId = null, tenantId = null, cursor = null } = asked;
  return { fromMs, untilMs, keyId, tenantId, limit, after: cursor };
}

const tooLong: Problem = problem('invalid_request', 'One thing is wrong; see errors.', {
  errors: [{ in: 'query', pointer: '/from', code: 'too_big', detail: `Ask for at most ${daysMax} days at once.` }],
});

const list = route({
  method: 'GET',
  path: '/operator/v1/audit',
  auth: 'operator',
  scope: 'audit:read',
  tag,
  summary: 'What operators did, or tried to do, newest first',
  description: 'A page with a filter may be short and still have a `nextCursor`.',
  query: z.strictObject({ ...pageQuery(position), ...filters }),
  responses: { 200: listShape(entryShape) },
  run: async ({ query, nowMs }, { auditLog }: AuditDeps) => {
    const question = questionOf(query, nowMs);
    if ('problem' in question) return question;
    return answer(200, shownPage(await auditLog.list(question), shown));
  },
});

const download = route({
  method: 'GET',
  path: '/operator/v1/audit/export',
  auth: 'operator',
  scope: 'audit:read',
  tag,
  summary: 'The same as a file',
  description:
    'One entry a line. Where there are more than `limit`, the header `Next-Cursor` says what to give as `cursor` for the next file.',
  query: z.strictObject({
    ...pageQuery(position, { maximum: exportEntriesMax, usual: exportEntriesMax }),
    ...filters,
    format: z.enum(auditFormats).default('ndjson'),
  }),
  responses: { 200: { files: ['application/x-ndjson', 'text/csv'] } },
  run: async ({ query: { format, ...query }, nowMs }, deps: AuditDeps) => {
    const question = questionOf(query, nowMs);
    if ('problem' in question) return question;
    const { text, next } = await exportAudit(deps, question, format);
    const contentType = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson';
    const file = { bytes: Buffer.from(text), contentType, fileName: `audit.${format}` };
    return answer(200, file, next === null ? {} : { 'next-cursor': cursorOf(next) });
  },
});

export const auditRoutes = [list, download];
