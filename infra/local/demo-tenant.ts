import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { writeWhole } from './write-whole.ts';

const tenantShape = z.object({ tenantId: z.string(), apiKey: z.string(), testKey: z.string() });

/** The tenant one tries the product with. Keys are stored hashed by the service, so the file alone has them in plain. */
export type DemoTenant = z.infer<typeof tenantShape>;

const createdShape = z.object({
  id: z.string(),
  apiKeys: z.array(z.object({ mode: z.enum(['live', 'test']), secret: z.string() })),
});
const credits = 100_000;
const senderNumber = '0212345678';
const optOutNumber = '0801234567';

/**
 * Finds the demo tenant, or creates it through the operator API: approved, with credits, a sender number and an open
 * opt-out number.
 * @param file keeps its keys across restarts
 * @throws if the API refuses a step; the next start then begins again with a new tenant
 */
export async function demoTenant(file: string, apiUrl: string, operatorKey: string): Promise<DemoTenant> {
  if (existsSync(file)) return tenantShape.parse(JSON.parse(readFileSync(file, 'utf8')));
  const postAs = async (key: string, path: string, body: unknown) => {
    const answer = await fetch(`${apiUrl}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`POST ${path} answered ${answer.status}: ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  const post = (path: string, body: unknown) => postAs(operatorKey, `/operator/v1${path}`, body);
  const tenant = createdShape.parse(
    await post('/tenants', { name: 'Demo', notificationEmails: ['demo@example.com'], identityStatus: 'approved' }),
  );
  await post(`/tenants/${tenant.id}/credits`, { credits, type: 'grant', note: 'Demo credits' });
  await post(`/tenants/${tenant.id}/sender-numbers`, { number: senderNumber });
  const keyOf = (mode: 'live' | 'test') => tenant.apiKeys.find((key) => key.mode === mode)!.secret;
  const { id } = z.object({ id: z.string() }).parse(await postAs(keyOf('live'), '/v1/opt-out-numbers', {}));
  await post(`/tenants/${tenant.id}/opt-out-numbers/${id}/open`, { number: optOutNumber });
  const made = { tenantId: tenant.id, apiKey: keyOf('live'), testKey: keyOf('test') };
  writeWhole(file, JSON.stringify(made));
  return made;
}
