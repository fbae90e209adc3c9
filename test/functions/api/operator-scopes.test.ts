import { describe, expect, test } from 'vitest';
import { answer, route } from '../../../functions/api/route.ts';
import { routes } from '../../../functions/api/routes.ts';
import { operatorScopes } from '../../../shared/domain/operators/scopes.ts';

const ofOperators = routes.filter(({ auth }) => auth === 'operator');

describe('every route of operators', () => {
  test.each(ofOperators.map((one) => [`${one.method} ${one.path}`, one] as const))('%s says its scope', (_, one) => {
    expect(operatorScopes).toContain(one.scope);
    const writes = one.scope?.endsWith(':write');
    // A POST, so that it is on record who looked
    const looks = one.path === '/operator/v1/tenants/{id}/documents/{uploadId}/link';
    expect(writes).toBe(one.method !== 'GET' && !looks);
  });

  test('and no other route has one', () => {
    expect(routes.filter(({ auth, scope }) => auth !== 'operator' && scope !== undefined)).toEqual([]);
  });

  test('the type asks for it', () => {
    const facts = {
      method: 'GET',
      path: '/operator/v1/x',
      tag: 'Operator',
      summary: 'x',
      responses: { 204: null },
    } as const;
    const run = async () => answer(204, null);
    // @ts-expect-error: an operator's route without a scope
    route({ ...facts, auth: 'operator', run });
    route({ ...facts, auth: 'operator', scope: 'tenants:read', run });
    // @ts-expect-error: a customer's route with one
    route({ ...facts, auth: 'tenant', scope: 'tenants:read', run });
  });
});
