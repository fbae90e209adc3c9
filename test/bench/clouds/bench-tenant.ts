import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { TenantId } from '../../../shared/contracts/ids.ts';
import type { BenchCloud } from './bench-cloud.ts';

/** A customer with credits for everything, who asks the public API. */
export interface BenchTenant {
  readonly id: TenantId;
  readonly cloud: BenchCloud;
  /** All answer the body and throw unless the answer is a success. */
  post(path: string, body?: unknown): Promise<unknown>;
  get(path: string): Promise<unknown>;
  patch(path: string, body: unknown): Promise<unknown>;
}

/** The approved sender number of every tenant here. */
export const sender = '0212345678';

export async function openTenant(cloud: BenchCloud): Promise<BenchTenant> {
  const { apiUrl, operatorKey = '' } = cloud.addresses;
  const ask = async (key: string, method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text);
  };
  const operate = (path: string, body: unknown) => ask(operatorKey, 'POST', `/operator/v1${path}`, body);
  const tenant = z
    .object({ id: z.string(), apiKeys: z.array(z.object({ mode: z.string(), secret: z.string() })) })
    .parse(await operate('/tenants', { name: 'Bench', identityStatus: 'approved' }));
  await operate(`/tenants/${tenant.id}/credits`, { credits: 100_000_000, type: 'grant', note: 'Bench' });
  await operate(`/tenants/${tenant.id}/sender-numbers`, { number: sender });
  const key = tenant.apiKeys.find(({ mode }) => mode === 'live')?.secret ?? '';
  return {
    id: tenant.id as TenantId,
    cloud,
    post: (path, body) => ask(key, 'POST', path, body),
    get: (path) => ask(key, 'GET', path),
    patch: (path, body) => ask(key, 'PATCH', path, body),
  };
}
