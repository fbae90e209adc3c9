import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { openSecret } from '../../shared/adapters/secrets.ts';

function mockedSecret() {
  let nowMs = 0;
  const client = new SecretsManagerClient({ region: 'ap-northeast-2' });
  const mock = mockClient(client);
  const reads = () => mock.commandCalls(GetSecretValueCommand).length;
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { secret: openSecret('arn:secret', client, () => nowMs), mock, reads, pass };
}

const failing = (name: string) => Object.assign(new Error(name), { name });

test('is read once in five minutes, however many ask at once', async () => {
  const { secret, mock, reads, pass } = mockedSecret();
  mock
    .on(GetSecretValueCommand, { SecretId: 'arn:secret' })
    .resolvesOnce({ SecretString: 'old' })
    .resolves({ SecretString: 'new' });
  expect(await Promise.all([secret(), secret(), secret()])).toEqual(['old', 'old', 'old']);
  pass(5 * 60_000 - 1);
  expect(await secret()).toBe('old');
  expect(reads()).toBe(1);
  pass(1);
  expect(await secret()).toBe('new');
  expect(reads()).toBe(2);
});

test.each(['AccessDeniedException', 'ResourceNotFoundException', 'ThrottlingException'])(
  'a read that fails with %s fails all who wait for it, and the next asks again',
  async (name) => {
    const { secret, mock, reads } = mockedSecret();
    mock.on(GetSecretValueCommand).rejectsOnce(failing(name)).resolves({ SecretString: 'text' });
    const asked = await Promise.allSettled([secret(), secret()]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await secret()).toBe('text');
    expect(reads()).toBe(2);
  },
);

test.each([{}, { SecretString: '' }, { SecretBinary: Uint8Array.of(1) }])(
  'without a text (%j) is an error',
  async (answer) => {
    const { secret, mock } = mockedSecret();
    mock.on(GetSecretValueCommand).resolves(answer);
    await expect(secret()).rejects.toThrow('no text');
  },
);
