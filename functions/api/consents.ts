import * as z from 'zod';
import { type OwnerId, uploadIdShape } from '../../shared/contracts/ids.ts';
import {
  type KeepEvidenceOutcome,
  type KeepEvidencePorts,
  keepEvidence,
} from '../../shared/domain/evidence/keep-evidence.ts';
import { evidenceCharactersMax } from '../../shared/domain/permissions/permission.ts';
import type { PermissionStore } from '../../shared/domain/permissions/ports.ts';
import { consentsShape, digitsOf, numberParams, shownConsents } from './permission-shapes.ts';
import { fieldProblem, notFound, type Problem, type ProblemCode, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { givenTimeShape } from './shapes.ts';

export interface ConsentDeps {
  readonly permissions: Pick<PermissionStore, 'readMany' | 'change' | 'history'>;
  readonly proving: KeepEvidencePorts;
}

const tag = 'Consents';

async function consentsOf({ permissions }: Pick<ConsentDeps, 'permissions'>, owner: OwnerId, digits: string) {
  const [known, history] = await Promise.all([
    permissions.readMany(owner, [digits]),
    permissions.history(owner, digits),
  ]);
  return shownConsents(digits, known.get(digits) ?? null, history);
}

const read = route({
  method: 'GET',
  path: '/v1/consents/{number}',
  auth: 'tenant',
  tag,
  summary: 'What one person allowed and refused, and how that came about',
  description: 'Of somebody who never said anything, everything is unknown.',
  params: numberParams,
  responses: { 200: consentsShape },
  problems: ['not_found'],
  run: async ({ caller, params }, deps: ConsentDeps) => {
    const digits = digitsOf(params.number);
    return digits === null ? notFound : answer(200, await consentsOf(deps, caller.owner, digits));
  },
});

const said = z.boolean().nullable();

const write = route({
  method: 'PUT',
  path: '/v1/consents/{number}',
  auth: 'tenant',
  tag,
  summary: 'Records the consents of one person',
  description:
    'Both consents and the evidence become what is given here; recording them again as they are changes nothing. An opt-out stays: only `POST /v1/sms/subscribe` takes it back.',
  params: numberParams,
  body: z.strictObject({
    marketing: said.meta({ description: 'Whether this person wants advertising; null: unknown' }),
    night: said.meta({ description: 'Whether also at night; true only with `marketing: true`' }),
    evidence: z
      .string()
      .trim()
      .min(1)
      .max(evidenceCharactersMax)
      .nullable()
      .default(null)
      .meta({ description: 'How it was said, or where proof of it lies', example: 'Sign-up form, 2026-11-02' }),
    evidenceUploadId: uploadIdShape.nullable().default(null).meta({
      description: 'An upload of yours with the purpose `evidence` that is `ready`; it is kept from now on',
    }),
    at: givenTimeShape.optional().meta({
      description: 'When it was said, if not now. Without it, a consent that stays as it was keeps its time.',
    }),
  }),
  responses: { 200: consentsShape },
  problems: ['invalid_number', 'invalid_consent', 'unprocessable', 'upload_rejected', 'upload_expired'],
  run: async ({ caller, params, body, nowMs }, deps: ConsentDeps) => {
    const digits = digitsOf(params.number);
    if (digits === null) {
      const detail = 'is not a phone number';
      return problem('invalid_number', 'The address ends with no phone number.', {
        errors: [{ in: 'path', pointer: '/number', code: 'invalid_value', detail }],
      });
    }
    const { marketing, night, evidence, evidenceUploadId, at } = body;
    if (night === true && marketing !== true) {
      const detail = 'Consent to messages at night is part of consent to advertising: `marketing` must be true, too.';
      return fieldProblem('invalid_consent', '/night', 'invalid_value', detail);
    }
    if (at !== undefined && at > nowMs) {
      return fieldProblem('invalid_consent', '/at', 'in_the_future', 'What is recorded must have been said already.');
    }
    if (evidenceUploadId !== null) {
      const kept = await keepEvidence(deps.proving, caller.owner, evidenceUploadId, nowMs);
      if (kept !== 'kept') return evidenceProblem(kept);
    }
    const change = { source: 'api', marketing, night, evidence, evidenceUploadId, consentAtMs: at } as const;
    await deps.permissions.change(caller.owner, digits, change, nowMs);
    return answer(200, await consentsOf(deps, caller.owner, digits));
  },
});

const unusable = {
  not_found: ['unprocessable', 'There is no such evidence of yours.'],
  awaiting_file: ['unprocessable', 'The evidence has not been put yet.'],
  validating: ['unprocessable', 'The evidence is still being checked: wait until its upload is ready.'],
  rejected: ['upload_rejected', 'The evidence was rejected: GET its upload to see why.'],
  expired: ['upload_expired', 'The evidence has expired: upload it again.'],
} as const satisfies Record<Exclude<KeepEvidenceOutcome, 'kept'>, readonly [ProblemCode, string]>;

function evidenceProblem(outcome: Exclude<KeepEvidenceOutcome, 'kept'>): Problem {
  const [code, detail] = unusable[outcome];
  return fieldProblem(code, '/evidenceUploadId', 'invalid_value', detail);
}

export const consentRoutes = [read, write];
