import * as z from 'zod';
import { operatorKeyIdShape } from '../../shared/contracts/ids.ts';
import {
  createOperatorKey,
  type OperatorKey,
  type OperatorKeyPorts,
  operatorKeysMax,
  revokeOperatorKey,
} from '../../shared/domain/operators/operator-key.ts';
import { type OperatorScope, operatorScopes } from '../../shared/domain/operators/scopes.ts';
import { notFound, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { listShape, pageOfAll, pageQuery, shownPage, shownTime, timeShape } from './shapes.ts';

const tag = 'Operator';
const path = '/operator/v1/keys';

const scopeShape = z.enum(operatorScopes).meta({ id: 'OperatorScope', description: 'What an operator’s key may do' });

const keyShape = z
  .object({
    id: operatorKeyIdShape,
    name: z.string(),
    scopes: z.array(scopeShape),
    last4: z.string().meta({ description: 'The last four characters of the secret' }),
    createdAt: timeShape,
    createdBy: z.string().meta({ description: 'The id of the key that made it; `root`: the secret of the stack' }),
  })
  .meta({ id: 'OperatorKey' });

const createdKeyShape = keyShape
  .extend({
    secret: z.string().nullable().meta({ description: 'Shown this once; null when the request is replayed' }),
  })
  .meta({ id: 'CreatedOperatorKey' });

const shown = ({ id, name, scopes, last4, createdAtMs, createdBy }: OperatorKey) => ({
  ...{ id, name, scopes, last4, createdBy },
  createdAt: shownTime(createdAtMs),
});

const scopeMissing = (scopes: readonly OperatorScope[], verb: string) =>
  problem('scope_missing', `Nobody ${verb} a key scopes of which their own has none: ${scopes.join(', ')}.`);
const holderRevoked = problem('unauthorized', 'The key was revoked.');

const list = route({
  method: 'GET',
  path,
  auth: 'operator',
  scope: 'keys:read',
  tag,
  summary: 'The keys of operators, oldest first; the root key is none of them',
  query: z.strictObject(pageQuery(operatorKeyIdShape)),
  responses: { 200: listShape(keyShape) },
  run: async ({ query }, { operatorKeys }: OperatorKeyPorts) => {
    const page = pageOfAll(await operatorKeys.list(), ({ id }) => id, query);
    return answer(200, shownPage(page, shown));
  },
});

const create = route({
  method: 'POST',
  path,
  auth: 'operator',
  scope: 'keys:write',
  tag,
  summary: 'Another key for operators; its secret is shown in this answer only',
  description: `With scopes that the key which asks has, too. At most ${operatorKeysMax} keys.`,
  body: z.strictObject({
    name: z.string().trim().min(1).max(100).meta({ description: 'Whose it is: the audit log says this name' }),
    scopes: z.array(scopeShape).min(1).max(operatorScopes.length),
  }),
  responses: { 201: createdKeyShape },
  problems: ['too_many_keys'],
  idempotent: true,
  run: async ({ caller, body, nowMs, remember, audit }, deps: OperatorKeyPorts) => {
    const remembered = remember((key: OperatorKey) => answer(201, { ...shown(key), secret: null }));
    const outcome = await createOperatorKey(deps, caller, body, nowMs, remembered, audit);
    switch (outcome.kind) {
      case 'created':
        return answer(201, { ...shown(outcome.key), secret: outcome.secret });
      case 'scope_missing':
        return scopeMissing(outcome.scopes, 'gives');
      case 'too_many':
        return problem('too_many_keys', `There are at most ${operatorKeysMax} keys; revoke one first.`);
      case 'holder_revoked':
        return holderRevoked;
      default:
        return outcome;
    }
  },
});

const revoke = route({
  method: 'DELETE',
  path: `${path}/{id}`,
  auth: 'operator',
  scope: 'keys:write',
  tag,
  summary: 'Revokes a key of operators, at once',
  description: 'Not itself, and none that has a scope which the key that asks lacks.',
  params: z.strictObject({ id: operatorKeyIdShape }),
  responses: { 204: null },
  problems: ['own_key'],
  run: async ({ caller, params, audit }, deps: OperatorKeyPorts) => {
    const outcome = await revokeOperatorKey(deps, caller, params.id, audit);
    switch (outcome.kind) {
      case 'revoked':
        return answer(204, null);
      case 'absent':
        return notFound;
      case 'own_key':
        return problem('own_key', 'Have another key revoke this one.');
      case 'scope_missing':
        return scopeMissing(outcome.scopes, 'takes from');
      case 'holder_revoked':
        return holderRevoked;
    }
  },
});

export const operatorKeyRoutes = [list, create, revoke];
