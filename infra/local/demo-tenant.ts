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

/**
 * Finds the demo tenant, or creates it through the operator API: approved, with credits and a sender number.
 * @param file keeps its keys across restarts
 * @throws if the API refuses a step; the next start then begins again with a new tenant
 */
export async function demoTenant(file: string, apiUrl: string, operatorKey: string): Promise<DemoTenant> {
  if (existsSync(file)) return tenantShape.parse(JSON.parse(readFileSync(file, 'utf8')));
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(`${apiUrl}/operator/v1${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${operatorKey}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`POST /operator/v1${path} answered ${answer.status}: ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  const tenant = createdShape.parse(
    await post('/tenants', { name: 'Demo', notificationEmails: ['demo@example.com'], identityStatus: 'approved' }),
  );
  await post(`/tenants/${tenant.id}/credits`, { credits, type: 'grant', note: 'Demo credits' });
  await post(`/tenants/${tenant.id}/sender-numbers`, { number: senderNumber });
  const keyOf = (mode: 'live' | 'test') => tenant.apiKeys.find((key) => key.mode === mode)!.secret;
  const made = { tenantId: tenant.id, apiKey: keyOf('live'), testKey: keyOf('test') };
  writeWhole(file, JSON.stringify(made));
  return made;
}
