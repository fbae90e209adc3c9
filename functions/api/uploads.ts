import * as z from 'zod';
import { templateIdShape, type UploadId, uploadIdShape } from '../../shared/contracts/ids.ts';
import type { TemplateProblem } from '../../shared/domain/content/template.ts';
import { evidenceLinkOf } from '../../shared/domain/evidence/evidence-link.ts';
import { compiledTemplate } from '../../shared/domain/templates/message-template.ts';
import type { TemplateReader } from '../../shared/domain/templates/ports.ts';
import { type CreatedUpload, type CreateUploadPorts, createUpload } from '../../shared/domain/uploads/create-upload.ts';
import { type DeleteUploadPorts, deleteUpload } from '../../shared/domain/uploads/delete-upload.ts';
import { type ReportLinks, reportLinkOf } from '../../shared/domain/uploads/error-report-link.ts';
import type { UploadStore } from '../../shared/domain/uploads/ports.ts';
import { sampleFile, sampleOf } from '../../shared/domain/uploads/sample-file.ts';
import type { Upload } from '../../shared/domain/uploads/upload.ts';
import { notFound, type Problem, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { createdRange, listShape, pageQuery, shownPage, shownTime, timeShape } from './shapes.ts';
import { textShape, uploadOf, uploadRequestShape } from './upload-request.ts';
import { shownUpload, uploadShape } from './upload-shapes.ts';

export interface UploadDeps {
  readonly uploads: UploadStore;
  readonly links: CreateUploadPorts['links'] & ReportLinks;
  readonly objects: DeleteUploadPorts['objects'];
  readonly ids: CreateUploadPorts['ids'];
  readonly templates: TemplateReader;
}

const createdShape = z
  .object({
    id: uploadIdShape,
    status: z.literal('awaiting_file'),
    upload: z.object({
      method: z.literal('PUT'),
      url: z.string().meta({ description: 'Put the file there, as it is, before `expiresAt`' }),
      headers: z.record(z.string(), z.string()).meta({ description: 'Headers to send with the file' }),
    }),
    expiresAt: timeShape,
  })
  .meta({ id: 'CreatedUpload' });

const shownCreated = ({ upload, putUrl, sizeBytes }: CreatedUpload) => ({
  id: upload.id,
  status: 'awaiting_file' as const,
  upload: { method: 'PUT' as const, url: putUrl, headers: sizeBytes === null ? {} : lengthOf(sizeBytes) },
  expiresAt: shownTime(upload.expiresAtMs),
});

/** Every client sends it by itself; a browser lets nobody set it. */
const lengthOf = (sizeBytes: number): Record<string, string> => ({ 'Content-Length': String(sizeBytes) });

const create = route({
  method: 'POST',
  path: '/v1/uploads',
  auth: 'tenant',
  tag: 'Uploads',
  summary:
    'A place to put a file of recipients, an image, evidence or a document; it is validated as soon as it is there',
  description:
    'Recipients: csv (UTF-8), xlsx or xlsm; at most 30 MB and 1,000,000 rows; the first row names the columns, ' +
    '`phoneNumber` first. An attachment: a JPEG by its content, of at most 300 KB (307,200 bytes) and 1,000 × 1,000 ' +
    'pixels; seven days after it is `ready` it and its file are gone, and messages made from it keep copies. Evidence: a ' +
    'PDF, JPEG or PNG of at most 10 MB, without a password or scripts; it lives as long, or for good once a consent refers to it. A ' +
    'document (to be handed in, with a live key only): the same kinds of file; once handed in it can neither be read nor removed by you.',
  body: uploadRequestShape,
  // What proves an identity is needed before there is one
  beforeIdentity: ({ purpose }) => (purpose === 'document' ? 'allowed' : 'refused'),
  responses: { 201: createdShape },
  problems: ['invalid_template', 'unprocessable', 'live_key_required'],
  idempotent: true,
  run: async ({ caller, body, nowMs, remember }, deps: UploadDeps) => {
    if (body.purpose === 'document' && caller.mode !== 'live') return documentsLive;
    const remembered = remember((created: CreatedUpload) => answer(201, shownCreated(created)));
    const request = await uploadOf(deps, caller.owner, body);
    if ('problem' in request) return request;
    const outcome = await createUpload(deps, caller.owner, request, nowMs, remembered);
    if (outcome.kind === 'replayed') return outcome;
    if (outcome.kind === 'invalid_text') return textProblem(outcome.problems, 'body');
    return answer(201, shownCreated(outcome));
  },
});

const sample = route({
  method: 'GET',
  path: '/v1/uploads/sample',
  auth: 'tenant',
  tag: 'Uploads',
  summary: 'A file to fill in, with a column for each variable of a text or of a template',
  query: z
    .strictObject({
      format: z.enum(['csv', 'xlsx']).default('csv'),
      text: textShape.optional(),
      templateId: templateIdShape.optional().meta({ description: 'Instead of `text`' }),
    })
    .refine(({ text, templateId }) => text === undefined || templateId === undefined, {
      path: ['templateId'],
      message: 'Give either text or templateId.',
      params: { code: 'no_effect' },
    }),
  responses: { 200: { files: ['text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'] } },
  problems: ['invalid_template', 'unprocessable'],
  run: async ({ caller, query }, { templates }: Pick<UploadDeps, 'templates'>) => {
    const { format, text = '', templateId } = query;
    const template = templateId === undefined ? null : await templates.find(caller.owner, templateId);
    if (templateId !== undefined && !template) return noSuchTemplate;
    const made = template ? sampleOf(format, compiledTemplate(template).variables) : sampleFile(format, text);
    if (made.kind === 'invalid_text') return textProblem(made.problems, 'query');
    const { bytes, contentType, fileName } = made;
    return answer(200, { bytes, contentType, fileName });
  },
});

const get = route({
  method: 'GET',
  path: '/v1/uploads/{id}',
  auth: 'tenant',
  tag: 'Uploads',
  summary: 'An upload and what its validation has found so far',
  params: z.strictObject({ id: uploadIdShape }),
  responses: { 200: uploadShape },
  problems: ['not_found'],
  run: async ({ caller, params, nowMs }, deps: UploadDeps) => {
    const upload = await deps.uploads.find(caller.owner, params.id);
    return upload === null ? notFound : answer(200, await shown(deps, upload, nowMs));
  },
});

const list = route({
  method: 'GET',
  path: '/v1/uploads',
  auth: 'tenant',
  tag: 'Uploads',
  summary: 'Uploads, those from the inbox too, newest first',
  query: z.strictObject({ ...pageQuery<UploadId>(uploadIdShape), ...createdRange }),
  responses: { 200: listShape(uploadShape) },
  run: async ({ caller, query, nowMs }, deps: UploadDeps) => {
    const page = await deps.uploads.list(caller.owner, {
      fromMs: query.createdFrom ?? 0,
      untilMs: query.createdUntil ?? nowMs + 1,
      limit: query.limit,
      after: query.cursor ?? null,
    });
    const items = await Promise.all(page.items.map((upload) => shown(deps, upload, nowMs)));
    return answer(
      200,
      shownPage({ items, next: page.next }, (upload) => upload),
    );
  },
});

const remove = route({
  method: 'DELETE',
  path: '/v1/uploads/{id}',
  auth: 'tenant',
  tag: 'Uploads',
  summary: 'Removes an upload and everything made from its file, unless something uses it',
  params: z.strictObject({ id: uploadIdShape }),
  responses: { 204: null },
  problems: ['not_found', 'upload_in_use'],
  whileSuspended: 'allowed',
  run: async ({ caller, params }, deps: UploadDeps) => {
    const outcome = await deleteUpload(deps, caller.owner, params.id);
    if (outcome === 'absent') return notFound;
    if (outcome === 'in_use')
      return problem(
        'upload_in_use',
        'A dispatch was made from this upload, a published campaign will make one, an import reads it, a consent refers to it, or it was handed in.',
      );
    return answer(204, null);
  },
});

const shown = async (deps: UploadDeps, upload: Upload, nowMs: number) =>
  shownUpload(upload, {
    errorReportUrl: await reportLinkOf(deps.links, upload, nowMs),
    downloadUrl: await evidenceLinkOf(deps.links, upload),
  });

const documentsLive = problem('live_key_required', 'Documents tell who the account is in earnest: use a live key.');

const noSuchTemplate = problem('unprocessable', 'There is no such template of yours.', {
  errors: [{ in: 'query', pointer: '/templateId', code: 'invalid_value', detail: 'is not a template of yours' }],
});

const textProblem = (problems: readonly TemplateProblem[], where: 'body' | 'query'): Problem =>
  problem('invalid_template', problems[0]?.message ?? 'The text is not usable', {
    errors: problems.map(({ message }) => ({ in: where, pointer: '/text', code: 'invalid_value', detail: message })),
  });

export const uploadRoutes = [create, sample, get, list, remove];
