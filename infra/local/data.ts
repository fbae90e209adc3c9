import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DeclaredStack } from './declared-stack.ts';
import { startDynoxide } from './dynamo/dynoxide.ts';
import { createTables } from './dynamo/tables.ts';
import { Identities } from './edge/identities.ts';
import { MailStore } from './mail/mail-store.ts';
import { ObjectStore } from './s3/object-store.ts';
import { ScheduleStore } from './scheduler/schedule-store.ts';
import { Secrets } from './secrets.ts';
import { Queues } from './sqs/queues.ts';

/** A step of stopping; they run in the reverse order of starting. */
export type Undo = () => void | Promise<void>;

/** Everything that outlives a restart, opened. */
export type Data = {
  queues: Queues;
  /** Where DynamoDB answers. */
  dynamoEndpoint: string;
  objects: ObjectStore;
  schedules: ScheduleStore;
  secrets: Secrets;
  mails: MailStore;
  identities: Identities;
  logFolder: string;
};

/** Opens a data folder and makes in it what the stack declares. @param undo takes the steps that close it */
export async function openData(home: string, stack: DeclaredStack, undo: Undo[]): Promise<Data> {
  const folder = (name: string) => {
    mkdirSync(join(home, name), { recursive: true });
    return join(home, name);
  };
  const queues = new Queues(folder('sqs'));
  undo.push(() => queues.close());
  for (const queue of stack.queues) queues.declare(queue);

  const dynamoEndpoint = process.env.DYNAMODB_ENDPOINT ?? (await startOwnDynamo(folder('dynamo'), undo));
  await createTables(stack.resources, dynamoEndpoint);

  const objects = new ObjectStore(folder('s3'));
  undo.push(() => objects.close());
  const schedules = new ScheduleStore(folder('schedules'));
  undo.push(() => schedules.close());
  const mails = new MailStore(folder('mails'));
  undo.push(() => mails.close());
  return {
    queues,
    dynamoEndpoint,
    objects,
    schedules,
    mails,
    secrets: new Secrets(join(home, 'secrets.json'), stack.resources),
    identities: new Identities(join(home, 'identity.key')),
    logFolder: folder('logs'),
  };
}

async function startOwnDynamo(folder: string, undo: Undo[]): Promise<string> {
  const dynoxide = await startDynoxide(folder);
  undo.push(() => dynoxide.stop());
  return `http://127.0.0.1:${dynoxide.port}`;
}
