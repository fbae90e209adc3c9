import * as z from 'zod';
import { keyIdShape, modes } from '../../shared/contracts/ids.ts';
import type { ApiKey } from '../../shared/domain/tenants/api-key.ts';
import { createKey, type KeyPorts, keysMax, listKeys, revokeKey } from '../../shared/domain/tenants/key-ring.ts';
import { busy, notFound, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { listShape, pageOfAll, pageQuery, shownPage, shownTime, timeShape } from './shapes.ts';

const keyShape = z
  .object({
    id: keyIdShape,
    mode: z.enum(modes),
    last4: z.string().meta({ description: 'The last four characters of the secret' }),
    createdAt: timeShape,
  })
  .meta({ id: 'ApiKey' });

const createdKeyShape = keyShape
  .extend({
    secret: z.string().nullable().meta({ description: 'Shown this once; null when the request is replayed' }),
  })
  .meta({ id: 'CreatedApiKey' });

export const shownKey = ({ id, mode, last4, createdAtMs }: ApiKey) => ({
  id,
  mode,
  last4,
  createdAt: shownTime(createdAtMs),
});

const list = route({
  method: 'GET',
  path: '/v1/api-keys',
  auth: 'tenant',
  tag: 'API keys',
  summary: 'The keys there are, oldest first; a test key sees test keys only',
  query: z.strictObject(pageQuery(keyIdShape)),
  responses: { 200: listShape(keyShape) },
  run: async ({ caller, query }, deps: KeyPorts) =>
    answer(
      200,
      shownPage(
        pageOfAll(await listKeys(deps, caller), ({ id }) => id, query),
        shownKey,
      ),
    ),
});

const create = route({
  method: 'POST',
  path: '/v1/api-keys',
  auth: 'tenant',
  tag: 'API keys',
  summary: 'Another key; its secret is shown in this answer only',
  description: `To rotate a key, create a new one, move over to it, and revoke the old one. At most ${keysMax} keys.`,
  body: z.strictObject({
    mode: z.enum(modes).optional().meta({ description: 'By default the mode of the key that asks' }),
  }),
  responses: { 201: createdKeyShape },
  problems: ['live_key_required', 'too_many_keys', 'conflict'],
  idempotent: true,
  run: async ({ caller, body, nowMs, remember }, deps: KeyPorts) => {
    const outcome = await createKey(
      deps,
      caller,
      body.mode ?? caller.mode,
      nowMs,
      remember((key) => answer(201, { ...shownKey(key), secret: null })),
    );
    switch (outcome.kind) {
      case 'created':
        return answer(201, { ...shownKey(outcome.key.stored), secret: outcome.key.secret });
      case 'live_key_required':
        return problem('live_key_required', 'Only a live key can create live keys.');
      case 'too_many_keys':
        return problem('too_many_keys', `An account has at most ${keysMax} keys; revoke one first.`);
      case 'busy':
        return busy;
      default:
        return outcome;
    }
  },
});

const revoke = route({
  method: 'DELETE',
  path: '/v1/api-keys/{id}',
  auth: 'tenant',
  tag: 'API keys',
  summary: 'Revokes a key at once',
  description:
    'A key cannot revoke itself, and live keys are revoked by live keys only, so an account never loses its last live key.',
  params: z.strictObject({ id: keyIdShape }),
  responses: { 204: null },
  problems: ['own_key', 'conflict'],
  whileSuspended: 'allowed',
  run: async ({ caller, params }, deps: KeyPorts) => {
    const outcome = await revokeKey(deps, caller, params.id);
    switch (outcome.kind) {
      case 'revoked':
        return answer(204, null);
      case 'not_found':
        return notFound;
      case 'own_key':
        return problem('own_key', 'Create another key first, and revoke this one with it.');
      case 'holder_revoked':
        return problem('unauthorized', 'The key was revoked.');
      case 'busy':
        return busy;
    }
  },
});

export const apiKeyRoutes = [list, create, revoke];
