import * as z from 'zod';
import { phoneCheckIdShape, uploadIdShape } from '../../shared/contracts/ids.ts';
import type { SenderRequest } from '../../shared/domain/senders/request-sender.ts';
import {
  certificateMonthsMax,
  type DocumentFault,
  documentsPerNumberMax,
  requiredDocuments,
} from '../../shared/domain/senders/required-documents.ts';
import { senderDocumentKinds, senderKinds } from '../../shared/domain/senders/sender.ts';
import { type FieldError, type Problem, type ProblemCode, problem } from './problems.ts';
import { issueDateShape } from './sender-number-shapes.ts';

/** How a sender number is asked for. */

type Unread<T> = T extends unknown ? Omit<T, 'number'> & { readonly given: string } : never;
/** A request whose number has not been read. */
export type GivenSenderRequest = Unread<SenderRequest>;

const needed = Object.entries(requiredDocuments)
  .map(([kind, documents]) => `\`${kind}\`: ${documents.map((document) => `\`${document}\``).join(', ')}`)
  .join('; ');

const givenDocument = z.strictObject({
  kind: z.enum(senderDocumentKinds),
  uploadId: uploadIdShape.meta({ description: 'An upload of yours with the purpose `document` that is `ready`' }),
  issuedOn: issueDateShape
    .nullable()
    .default(null)
    .meta({
      description: `Needed of \`service_certificate\`, at most ${certificateMonthsMax} months ago, and of \`employment_proof\``,
    }),
});

/** One shape for both methods, so that what is wrong is said about what was meant. */
export const senderRequestShape = z
  .strictObject({
    number: z.string().max(40).meta({ description: 'As it is dialled in Korea', example: '02-1234-5678' }),
    method: z.enum(['documents', 'mobile']).meta({
      description:
        '`documents`: they are reviewed; `mobile`: your own mobile number, by a phone check that confirmed it',
    }),
    kind: z
      .enum(senderKinds)
      .optional()
      .meta({ description: `Of \`documents\`, and needed there: ${needed}` }),
    documents: z.array(givenDocument).min(1).max(documentsPerNumberMax).optional().meta({
      description: 'Of `documents`, and needed there. Several pages or photographs may be several of one kind',
    }),
    checkId: phoneCheckIdShape.optional().meta({ description: 'Of `mobile`, and needed there' }),
  })
  .transform((given, context): GivenSenderRequest => {
    const { number, method, kind, documents, checkId } = given;
    const refuse = (field: 'kind' | 'documents' | 'checkId', code: 'missing' | 'no_effect', message: string) => {
      context.addIssue({ code: 'custom', path: [field], message, params: { code }, input: given[field] });
      return z.NEVER;
    };
    if (method === 'mobile') {
      for (const field of ['kind', 'documents'] as const) {
        if (given[field] !== undefined) refuse(field, 'no_effect', 'A phone check proves enough.');
      }
      return checkId === undefined ? refuse('checkId', 'missing', 'is missing') : { method, given: number, checkId };
    }
    if (checkId !== undefined) refuse('checkId', 'no_effect', 'Documents are reviewed without a phone check.');
    if (kind === undefined) refuse('kind', 'missing', 'is missing');
    if (documents === undefined) refuse('documents', 'missing', 'is missing');
    if (kind === undefined || documents === undefined) return z.NEVER;
    return { method, given: number, kind, documents };
  });

const faults = {
  not_needed: ['unprocessable', 'no_effect', 'No such document is needed for a number of this kind.'],
  twice: ['unprocessable', 'invalid_value', 'This upload is given twice.'],
  undated: ['unprocessable', 'missing', 'Say when it was issued.'],
  in_the_future: ['unprocessable', 'in_the_future', 'Nothing is issued in the future.'],
  too_old: ['document_outdated', 'invalid_value', `It may be at most ${certificateMonthsMax} months old.`],
} as const satisfies Record<
  Exclude<DocumentFault['fault'], 'missing'>,
  readonly [ProblemCode, FieldError['code'], string]
>;

/** What is wrong with documents, all of it; the first gives the code. */
export function faultsProblem(found: readonly DocumentFault[]): Problem {
  const told = found.map((each): readonly [ProblemCode, FieldError] => {
    if (each.fault === 'missing') {
      const detail = `A number of this kind needs a document of the kind ${each.kind}.`;
      return ['document_missing', { in: 'body', pointer: '/documents', code: 'missing', detail }];
    }
    const [code, fieldCode, detail] = faults[each.fault];
    const field = each.fault === 'not_needed' ? 'kind' : each.fault === 'twice' ? 'uploadId' : 'issuedOn';
    return [code, { in: 'body', pointer: `/documents/${each.index}/${field}`, code: fieldCode, detail }];
  });
  const [code, { detail }] = told[0]!;
  return problem(code, detail, { errors: told.map(([, error]) => error) });
}
