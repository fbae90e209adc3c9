import * as z from 'zod';
import { phoneCheckIdShape, uploadIdShape } from '../../shared/contracts/ids.ts';
import { currentAgreement } from '../../shared/domain/identity/agreement.ts';
import { type Identity, identityDocumentKinds, identityRoles } from '../../shared/domain/identity/identity.ts';
import type { IdentityStore } from '../../shared/domain/identity/ports.ts';
import { type SubmitPorts, submitIdentity } from '../../shared/domain/identity/submit-identity.ts';
import { submitProblem } from './identity-problems.ts';
import { identityShape, mobileOf, personName, personNumber, shownIdentity } from './identity-shapes.ts';
import { notMobile } from './phone-checks.ts';
import { problem } from './problems.ts';
import { answer, route } from './route.ts';
import { givenTimeShape } from './shapes.ts';

export interface IdentityDeps {
  readonly identities: Pick<IdentityStore, 'read'>;
  readonly identifying: SubmitPorts;
}

const tag = 'Identity';

const agreement = route({
  method: 'GET',
  path: '/v1/identity/agreement',
  auth: 'tenant',
  tag,
  summary: 'What a person agrees to before their data is collected',
  responses: {
    200: z
      .object({
        version: z.string().meta({ description: 'To be named when handing in' }),
        title: z.string(),
        text: z.string(),
        textEnglish: z.string(),
      })
      .meta({ id: 'Agreement' }),
  },
  run: async (_call, _deps: IdentityDeps) => answer(200, currentAgreement),
});

const read = route({
  method: 'GET',
  path: '/v1/identity',
  auth: 'tenant',
  tag,
  summary: 'How the account’s identity stands, and what was handed in',
  responses: { 200: identityShape },
  run: async ({ caller }, { identities }: IdentityDeps) => {
    const found = await identities.read(caller.tenantId);
    if (found === null) throw new Error(`${caller.tenantId} has a key and is not there`);
    return answer(200, shownIdentity(found.identity));
  },
});

const submit = route({
  method: 'POST',
  path: '/v1/identity',
  auth: 'tenant',
  tag,
  summary: 'Hands in what proves who the account belongs to',
  description:
    'By the representative of a business, or by an employee in charge. Name and number must be those of the sign-up, and confirmed by a phone check of the last 24 hours. Documents are uploads with the purpose `document`: the business registration certificate and, of an employee, proof of employment. Until the operator approves it, an account may look at everything, stop what it began, and take refusals; everything else is 403 `identity_not_verified` to its live keys. Test keys are not asked. Once rejected, hand in again; the same phone check will do for its 24 hours.',
  beforeIdentity: 'allowed',
  body: z.strictObject({
    role: z.enum(identityRoles),
    name: personName,
    number: personNumber,
    checkId: phoneCheckIdShape.meta({ description: 'A confirmed check of this number' }),
    agreement: z.strictObject({
      version: z.string().min(1).max(40).meta({ description: 'The one at `GET /v1/identity/agreement`' }),
      agreedAt: givenTimeShape.optional().meta({ description: 'Default: now. At most 30 days ago' }),
    }),
    documents: z
      .array(z.strictObject({ kind: z.enum(identityDocumentKinds), uploadId: uploadIdShape }))
      .min(1)
      .max(10),
  }),
  responses: { 202: identityShape },
  problems: [
    'live_key_required',
    'wrong_state',
    'representative_missing',
    'invalid_number',
    'identity_mismatch',
    'agreement_outdated',
    'invalid_documents',
    'upload_rejected',
    'upload_expired',
    'unprocessable',
    'conflict',
  ],
  idempotent: true,
  run: async ({ caller, body, nowMs, remember }, { identifying }: IdentityDeps) => {
    if (caller.mode !== 'live') return liveOnly;
    const number = mobileOf(body.number);
    if (number === null) return notMobile;
    const { version, agreedAt = null } = body.agreement;
    const given = { ...body, number, agreement: { version, agreedAtMs: agreedAt } };
    const shown = (identity: Identity) => answer(202, shownIdentity(identity));
    const outcome = await submitIdentity(identifying, caller.tenantId, given, nowMs, remember(shown));
    switch (outcome.kind) {
      case 'submitted':
        return shown(outcome.identity);
      case 'replayed':
        return outcome;
      default:
        return submitProblem(outcome);
    }
  },
});

const liveOnly = problem('live_key_required', 'An identity is the account’s: hand it in with a live key.');

export const identityRoutes = [agreement, read, submit];
