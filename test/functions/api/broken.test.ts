import '../../support/quiet-logs.ts';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { logger } from '../../../functions/logger.ts';
import { coldStart } from '../../../functions/middleware/cold-start.ts';
import { type ApiDeps, newTenant, openApi, operatorKey } from './api-client.ts';
import { apiSuite } from './api-suite.ts';

const suite = apiSuite();
afterEach(() => vi.restoreAllMocks());

/** The API over a store of credits that fails so. */
const apiFailing = (error: Error) => {
  const fail = async () => {
    throw error;
  };
  const credits: ApiDeps['credits'] = { balance: fail, ledger: fail, move: fail };
  return openApi({ ...suite.deps, credits });
};
const named = (name: string, message: string) => Object.assign(new Error(message), { name });

describe('what is broken', () => {
  test('is told without a word of the inside, by a number that the log knows', async () => {
    const { live } = await newTenant(suite.api);
    const lines = vi.spyOn(logger, 'error').mockImplementation(() => {});
    const told = await apiFailing(new Error('secret table name arn:aws:x'))({ path: '/v1/credits', key: live });
    expect(told).toMatchObject({ status: 500, json: { code: 'internal_error', errors: [] } });
    expect(told.text).not.toMatch(/secret|arn|Error|at /);
    expect(lines).toHaveBeenCalledWith(
      'broken',
      expect.objectContaining({ requestId: told.json.requestId, route: 'GET /v1/credits', error: expect.any(Error) }),
    );
    expect(told.headers['x-content-type-options']).toBe('nosniff');
    expect(told.headers['x-request-id']).toBe(told.json.requestId);
  });

  test.each(['TableBusy', 'ThrottlingException', 'ProvisionedThroughputExceededException'])(
    '%s passes: 503, and when to try again',
    async (name) => {
      const { id, live } = await newTenant(suite.api);
      vi.spyOn(logger, 'error').mockImplementation(() => {});
      const api = apiFailing(named(name, 'busy'));
      const asked = { method: 'POST', path: `/operator/v1/tenants/${id}/credits`, key: operatorKey } as const;
      const told = await api({ ...asked, body: { credits: 1, type: 'grant' } });
      expect(told).toMatchObject({
        status: 503,
        json: { code: 'temporarily_unavailable' },
        headers: { 'retry-after': '1' },
      });
      expect((await api({ path: '/v1/credits', key: live })).status).toBe(503);
    },
  );
});

describe('the log', () => {
  test('has one line a request, with ids and the pattern of the route, and nothing that a customer wrote', async () => {
    const { live, id, liveKeyId } = await newTenant(suite.api);
    const lines = vi.spyOn(logger, 'info').mockImplementation(() => {});
    await suite.api({ path: '/v1/credits', key: live });
    await suite.api({ path: '/v1/api-keys/01012345678', method: 'DELETE', key: live });
    await suite.api({ path: '/v1/01012345678', key: live });
    const path = `/operator/v1/tenants/${id}/sender-numbers`;
    await suite.api({ method: 'POST', path, key: operatorKey, body: { number: '0212345678' }, idem: '01012345678' });
    const told = JSON.stringify(lines.mock.calls);
    expect(lines).toHaveBeenCalledTimes(4);
    expect(lines.mock.calls[0]).toEqual([
      'request',
      expect.objectContaining({ route: 'GET /v1/credits', status: 200, tenantId: id, keyId: liveKeyId, mode: 'live' }),
    ]);
    expect(told).not.toMatch(/1012345678|0212345678/);
    expect(told).not.toContain(live.slice(8));
    expect(told).toContain('/operator/v1/tenants/{id}/sender-numbers');
  });
});

describe('a cold start', () => {
  test('opens once, and again after a failure', async () => {
    let opened = 0;
    const middleware = coldStart(() => {
      if (++opened === 1) throw new Error('no settings');
      return { opened };
    });
    const start = async () => {
      const context = {} as { deps?: { opened: number } };
      await middleware.before!({ context } as never);
      return context.deps;
    };
    await expect(start()).rejects.toThrow('no settings');
    expect(await Promise.all([start(), start()])).toEqual([{ opened: 2 }, { opened: 2 }]);
    expect(await start()).toEqual({ opened: 2 });
  });
});
