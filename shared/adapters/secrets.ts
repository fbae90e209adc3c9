import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

const keptMs = 5 * 60_000;

/**
 * Reads a secret's text, at most once in five minutes: a changed secret is believed after that time. Requests that
 * come while it is being read share the read; a failed read is not kept.
 */
export function openSecret(
  arn: string,
  client = new SecretsManagerClient({}),
  now: () => number = Date.now,
): () => Promise<string> {
  let kept: { readonly text: Promise<string>; readonly untilMs: number } | null = null;

  async function read(): Promise<string> {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (!SecretString) throw new Error('The secret has no text');
    return SecretString;
  }

  return () => {
    if (kept && now() < kept.untilMs) return kept.text;
    const text = read();
    const entry = { text, untilMs: now() + keptMs };
    kept = entry;
    text.catch(() => {
      if (kept === entry) kept = null;
    });
    return text;
  };
}
