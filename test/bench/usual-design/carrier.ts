import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { env } from './contract.ts';

const credentialsShape = z.object({ baseUrl: z.string(), key: z.string(), userId: z.string() });
export type CarrierCredentials = z.infer<typeof credentialsShape>;

const client = new SecretsManagerClient({});
let asked: Promise<CarrierCredentials> | undefined;

/** Read once an environment. */
export function carrierCredentials(): Promise<CarrierCredentials> {
  asked ??= client
    .send(new GetSecretValueCommand({ SecretId: process.env[env.secret] }))
    .then(({ SecretString }) => credentialsShape.parse(JSON.parse(SecretString ?? '')));
  return asked;
}

/** One POST over a kept-alive connection. Throws unless the carrier says that it went well. */
export async function post(credentials: CarrierCredentials, path: string, form: string): Promise<{ msg_id?: unknown }> {
  const answer = await fetch(`${credentials.baseUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form,
  });
  const reply = (await answer.json()) as { result_code: unknown; msg_id?: unknown };
  if (Number(reply.result_code) !== 1) throw new Error(`${path} answered ${JSON.stringify(reply).slice(0, 200)}`);
  return reply;
}
