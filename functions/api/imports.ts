import * as z from 'zod';
import { importRowCodes } from '../../shared/contracts/codes.ts';
import { importIdShape, uploadIdShape } from '../../shared/contracts/ids.ts';
import { attributeNameMax, attributeTypes } from '../../shared/domain/contacts/attribute.ts';
import {
  type CreateImportOutcome,
  type CreateImportPorts,
  createImport,
  type ImportRequest,
} from '../../shared/domain/imports/create-import.ts';
import type { ImportList, ImportStore } from '../../shared/domain/imports/ports.ts';
import {
  type ImportKind,
  type ImportState,
  importFailureCodes,
  importKinds,
  type RowImport,
} from '../../shared/domain/imports/row-import.ts';
import { type ReportLinks, reportType } from '../../shared/domain/uploads/error-report-link.ts';
import { reportKeptMs } from '../../shared/domain/uploads/upload.ts';
import { fieldProblem, notFound, type Problem } from './problems.ts';
import { answer, route } from './route.ts';
import { listShape, pageQuery, shownPage, shownTime, shownTimeOrNull, timeShape } from './shapes.ts';

export interface ImportDeps {
  readonly imports: Pick<ImportStore, 'read'> & ImportList;
  readonly importing: CreateImportPorts;
  readonly links: ReportLinks;
}

const count = z.int().min(0);

const importShape = z
  .object({
    id: importIdShape,
    kind: z.enum(importKinds),
    uploadId: uploadIdShape,
    onInvalidRows: z.enum(['reject', 'skip']),
    existing: z.enum(['update', 'skip']).optional().meta({ description: 'Of contacts only' }),
    types: z.record(z.string(), z.enum(attributeTypes)).optional().meta({ description: 'Of contacts only' }),
    status: z.enum(['waiting', 'running', 'completed', 'failed']).meta({
      description:
        '`waiting`: for its upload. `running`: all rows are checked first, then imported one after the other',
    }),
    rows: count.nullable().meta({ description: 'Good recipients of the upload; null until it is ready' }),
    done: count.meta({ description: 'Rows gone through; what was imported stays, whatever comes after' }),
    changed: count,
    unchanged: count.meta({ description: 'What they say was known, or something that was said later' }),
    refused: count.meta({ description: 'Rows whose values make no sense, known once all rows are checked' }),
    errors: z
      .array(z.object({ row: count, column: z.string(), code: z.enum(importRowCodes), message: z.string() }))
      .meta({ description: 'The first ten; the report has them all. Rows count as in a spreadsheet' }),
    errorCount: count,
    errorReportUrl: z.string().nullable().meta({ description: 'A csv of all refused rows, for an hour from now' }),
    failure: z.object({ code: z.enum(importFailureCodes), message: z.string() }).nullable(),
    createdAt: timeShape,
    completedAt: timeShape.nullable().meta({ description: 'When it was completed or failed' }),
  })
  .meta({ id: 'Import' });

const statuses = {
  waiting: 'waiting',
  checking: 'running',
  applying: 'running',
  completed: 'completed',
  failed: 'failed',
} as const satisfies Record<ImportState, string>;

const shownWith = (made: RowImport, errorReportUrl: string | null): z.input<typeof importShape> => ({
  id: made.id,
  kind: made.kind,
  uploadId: made.uploadId,
  onInvalidRows: made.onInvalidRows,
  ...(made.contacts === null ? {} : { existing: made.contacts.existing, types: { ...made.contacts.types } }),
  status: statuses[made.state],
  rows: made.rows,
  done: made.done,
  changed: made.changed,
  unchanged: made.unchanged,
  refused: made.refusedRows,
  errors: made.errors.map(({ row, column, code, message }) => ({ row, column, code, message })),
  errorCount: made.refusedRows,
  errorReportUrl,
  failure: made.failure && { code: made.failure.code, message: made.failure.message },
  createdAt: shownTime(made.createdAtMs),
  completedAt: shownTimeOrNull(made.completedAtMs),
});

const linkSeconds = 3_600;

async function shown({ links }: Pick<ImportDeps, 'links'>, made: RowImport, nowMs: number) {
  const isKept = made.reportKey !== null && nowMs < made.createdAtMs + reportKeptMs;
  return shownWith(
    made,
    isKept
      ? await links.toDownload(made.reportKey, linkSeconds, {
          fileName: `${made.id}-errors.csv`,
          contentType: reportType,
        })
      : null,
  );
}

function refusal(outcome: Exclude<CreateImportOutcome, { kind: 'created' | 'replayed' }>): Problem {
  const at = '/uploadId';
  switch (outcome.kind) {
    case 'upload_not_found':
      return fieldProblem('unprocessable', at, 'invalid_value', 'There is no such upload of recipients of yours.');
    case 'upload_unusable': {
      const code = outcome.status === 'rejected' ? 'upload_rejected' : 'upload_expired';
      return fieldProblem(code, at, 'invalid_value', `The upload is ${outcome.status}: upload the file again.`);
    }
    case 'columns':
      return fieldProblem(outcome.problem.code, at, 'invalid_value', outcome.problem.message);
  }
}

interface Words {
  readonly path: '/v1/consents/imports' | '/v1/opt-outs/imports' | '/v1/contacts/imports';
  readonly tag: string;
  readonly what: string;
  readonly description: string;
  /** What becomes of what was said elsewhere meanwhile. */
  readonly later: string;
  readonly whileSuspended: 'allowed' | 'refused';
}

const position = z.string().regex(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z#imp_[0-9A-Z]{26}$/);

const members = {
  uploadId: uploadIdShape.meta({ description: 'An upload with the purpose `recipients`' }),
  onInvalidRows: z.enum(['reject', 'skip']).default('reject').meta({
    description: '`reject`: all rows are checked first, and one that makes no sense keeps all from being imported',
  }),
};

const permissionBody = z.strictObject(members).transform((given) => ({ ...given, contacts: null }));

const contactBody = z
  .strictObject({
    ...members,
    existing: z.enum(['update', 'skip']).meta({
      description: 'Contacts that are there: `update` gives them what filled cells say, `skip` leaves them as they are',
    }),
    types: z
      .record(z.string().min(1).max(attributeNameMax), z.enum(attributeTypes))
      .default({})
      .meta({
        description:
          'Types of columns. The others are of the type that the contact’s attribute has, if the cell can be read so, else text',
        example: { birthday: 'date' },
      }),
  })
  .transform(({ existing, types, ...given }) => ({ ...given, contacts: { existing, types } }));

const importsOf = (
  kind: ImportKind,
  body: typeof permissionBody | typeof contactBody,
  { path, tag, what, description, later, whileSuspended }: Words,
) => [
  route({
    method: 'POST',
    path,
    auth: 'tenant',
    tag,
    summary: `Imports ${what} from an upload of recipients`,
    description: `The upload may still be on its way. ${description} An import that is repeated, or that overlaps another, changes nothing twice; ${later}`,
    whileSuspended,
    body,
    responses: { 202: importShape },
    problems: ['unprocessable', 'upload_rejected', 'upload_expired', 'columns_missing', 'columns_unusable'],
    idempotent: true,
    run: async ({ caller, body, nowMs, remember }, { importing }: ImportDeps) => {
      const remembered = remember((made: RowImport) => answer(202, shownWith(made, null)));
      const request: ImportRequest = { kind, ...body };
      const outcome = await createImport(importing, caller.owner, request, nowMs, remembered);
      if (outcome.kind === 'replayed') return outcome;
      return outcome.kind === 'created' ? answer(202, shownWith(outcome.made, null)) : refusal(outcome);
    },
  }),
  route({
    method: 'GET',
    path,
    auth: 'tenant',
    tag,
    summary: `Imports of ${what}, newest first`,
    query: z.strictObject(pageQuery(position)),
    responses: { 200: listShape(importShape) },
    run: async ({ caller, query, nowMs }, deps: ImportDeps) => {
      const page = await deps.imports.list(caller.owner, kind, query.limit, query.cursor ?? null);
      const items = await Promise.all(page.items.map((made) => shown(deps, made, nowMs)));
      return answer(
        200,
        shownPage({ items, next: page.next }, (made) => made),
      );
    },
  }),
  route({
    method: 'GET',
    path: `${path}/{id}`,
    auth: 'tenant',
    tag,
    summary: `How an import of ${what} stands`,
    params: z.strictObject({ id: importIdShape }),
    responses: { 200: importShape },
    problems: ['not_found'],
    run: async ({ caller, params, nowMs }, deps: ImportDeps) => {
      const made = await deps.imports.read(params.id);
      if (made === null || made.owner !== caller.owner || made.kind !== kind) return notFound;
      return answer(200, await shown(deps, made, nowMs));
    },
  }),
];

const saidLater = 'what somebody said after the time of a row, or, without one, after this request, stays.';

export const consentImportRoutes = importsOf('consents', permissionBody, {
  path: '/v1/consents/imports',
  tag: 'Consents',
  what: 'consents',
  description:
    'Columns: `marketing` (needed) and `night`, each true or false in any of the usual words (Y/N, O/X, 1/0, 동의/거부); `at`, when it was said (Korean time unless it has an offset); `evidence`. An empty cell leaves what is known. Who refuses advertising refuses it at night. Opt-outs stay.',
  later: saidLater,
  whileSuspended: 'refused',
});

export const optOutImportRoutes = importsOf('opt_outs', permissionBody, {
  path: '/v1/opt-outs/imports',
  tag: 'Opt-outs',
  what: 'opt-outs',
  description:
    'Everybody in the file is opted out. Column, if you have it: `at` (or `optedOutAt`, as in the exported file), when it was said; Korean time unless it has an offset. Taken from suspended accounts, too.',
  later: saidLater,
  whileSuspended: 'allowed',
});

export const contactImportRoutes = importsOf('contacts', contactBody, {
  path: '/v1/contacts/imports',
  tag: 'Contacts',
  what: 'contacts',
  description:
    'Columns: `name` and `tags` (parted by commas), if you have them; every other column is an attribute, at most 50. An empty cell leaves what is known. A contact that would have more than 50, or more than 16 KB of them, stays as it is, and counts as unchanged.',
  later: 'what was changed, or deleted, after this request stays as it is.',
  whileSuspended: 'refused',
});
