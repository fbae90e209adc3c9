import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { openSecret } from '../../shared/adapters/secrets.ts';

const mock = mockClient(SecretsManagerClient);
let nowMs = 0;
const open = () => openSecret('arn', new SecretsManagerClient({}), () => nowMs);
const reads = () => mock.commandCalls(GetSecretValueCommand).length;
beforeEach(() => {
  mock.reset();
  nowMs = 1_000_000;
});

test('is read once for many who ask, and again after five minutes', async () => {
  mock.on(GetSecretValueCommand).resolvesOnce({ SecretString: 'old' }).resolves({ SecretString: 'new' });
  const secret = open();
  expect(await Promise.all([secret(), secret(), secret()])).toEqual(['old', 'old', 'old']);
  nowMs += 5 * 60_000 - 1;
  expect(await secret()).toBe('old');
  nowMs += 1;
  expect(await secret()).toBe('new');
  expect(reads()).toBe(2);
});

test('a failed or empty read is told and not kept', async () => {
  mock
    .on(GetSecretValueCommand)
    .rejectsOnce(new Error('denied'))
    .resolvesOnce({ SecretString: '' })
    .resolves({ SecretString: 'good' });
  const secret = open();
  await expect(secret()).rejects.toThrow('denied');
  await expect(secret()).rejects.toThrow('no text');
  expect(await secret()).toBe('good');
});
