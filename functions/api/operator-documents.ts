import * as z from 'zod';
import { tenantIdShape, uploadIdShape } from '../../shared/contracts/ids.ts';
import { type DocumentLinkPorts, documentLinkOf, linkSeconds } from '../../shared/domain/documents/document-link.ts';
import { notFound } from './problems.ts';
import { answer, route } from './route.ts';
import { shownTime, timeShape } from './shapes.ts';

export interface OperatorDocumentDeps {
  readonly showing: DocumentLinkPorts;
}

const link = route({
  method: 'POST',
  path: '/operator/v1/tenants/{id}/documents/{uploadId}/link',
  auth: 'operator',
  scope: 'documents:read',
  tag: 'Operator',
  summary: 'A link to look at a document that a tenant handed in',
  description: 'A POST, so that it is recorded who looked. Whoever has the link can read the document until it ends.',
  params: z.strictObject({ id: tenantIdShape, uploadId: uploadIdShape }),
  body: z.strictObject({
    seconds: z.int().min(linkSeconds.least).max(linkSeconds.most).default(linkSeconds.least).meta({
      description: 'How long it can be followed',
    }),
  }),
  responses: {
    200: z
      .object({
        url: z.string(),
        fileName: z.string(),
        format: z.enum(['pdf', 'jpeg', 'png']),
        bytes: z.int().min(1),
        expiresAt: timeShape,
      })
      .meta({ id: 'DocumentLink' }),
  },
  run: async ({ params, body, nowMs, audit }, { showing }: OperatorDocumentDeps) => {
    const shown = await documentLinkOf(showing, params.id, params.uploadId, body.seconds);
    if (shown === null) return notFound;
    const { sizeBytes, ...facts } = shown;
    audit({ before: null, after: { uploadId: params.uploadId, seconds: body.seconds } });
    return answer(200, { ...facts, bytes: sizeBytes, expiresAt: shownTime(nowMs + body.seconds * 1_000) });
  },
});

export const operatorDocumentRoutes = [link];
