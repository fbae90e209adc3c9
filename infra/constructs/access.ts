import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { env } from '../../shared/contracts/environment.ts';
import type { FunctionName } from '../bundle.ts';
import {
  consume,
  type Grant,
  items,
  makeSchedules,
  objects,
  publish,
  queryIndex,
  readSecret,
  sendMail,
  sendTo,
  tellMissingObjects,
  useKey,
} from './grants.ts';
import type { Queues } from './queues.ts';
import type { Schedules } from './schedules.ts';
import type { Secrets } from './secrets.ts';

/** What functions work on. */
export interface Resources {
  readonly table: TableV2;
  readonly bucket: Bucket;
  readonly documentsKey: Key;
  readonly queues: Queues;
  readonly secrets: Secrets;
  readonly bus: EventBus;
  readonly schedules: Schedules;
}

/** What one function is told and may do; nothing else reaches it. */
export interface Access {
  readonly description: string;
  /** Who repeats a run that crashed: what to tell whoever the error alarm wakes. */
  readonly repeatedBy: string;
  readonly settings: readonly (keyof typeof env)[];
  readonly grants: readonly Grant[];
}

/** Function by function, in the order in which a send passes through them. */
export function accessOf(resources: Resources, mailFrom: string | undefined): Readonly<Record<FunctionName, Access>> {
  const { table, bucket, documentsKey, queues, secrets, bus, schedules } = resources;
  return {
    api: {
      description: 'Answers customers who send, and the public',
      repeatedBy: 'The customer’s retry with the same Idempotency-Key repeats it.',
      settings: [
        'table',
        'bucket',
        'prepareQueue',
        'waveQueue',
        'sendQueue',
        'authQueue',
        'settleQueue',
        'carrierMessagesPerSecond',
      ],
      grants: [
        items(table, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'BatchWriteItem'),
        queryIndex(table, 'byOwner'),
        objects(bucket, 'uploads', 'GetObject'),
        objects(bucket, 'templates', 'GetObject'),
        objects(bucket, 'lists', 'PutObject'),
        objects(bucket, 'dispatches', 'GetObject', 'PutObject'),
        tellMissingObjects(bucket),
        sendTo(queues.prepare, queues.wave, queues.send, queues.auth, queues.settle),
      ],
    },
    account: {
      description: 'Answers customers about keys, settings, credits and uploads',
      repeatedBy: 'The customer’s retry with the same Idempotency-Key repeats it.',
      settings: ['table', 'bucket'],
      grants: [
        items(table, 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
        objects(bucket, 'uploads', 'PutObject', 'DeleteObject'),
        objects(bucket, 'incomingDocuments', 'PutObject', 'DeleteObject'),
        objects(bucket, 'inbox', 'DeleteObject'),
        objects(bucket, 'lists', 'DeleteObject'),
        objects(bucket, 'exports', 'GetObject', 'DeleteObject'),
        objects(bucket, 'evidence', 'GetObject'),
        tellMissingObjects(bucket),
      ],
    },
    results: {
      description: 'Answers customers about what became of their messages',
      repeatedBy: 'The customer’s retry repeats it: it only reads.',
      settings: ['table', 'bucket'],
      grants: [
        // UpdateItem is the rate limit of the key that asks
        items(table, 'GetItem', 'Query', 'UpdateItem'),
        queryIndex(table, 'byOwner'),
        objects(bucket, 'dispatches', 'GetObject'),
      ],
    },
    campaigns: {
      description: 'Answers customers about campaigns',
      repeatedBy: 'The customer’s retry with the same Idempotency-Key repeats it.',
      settings: ['table', 'bucket', 'prepareQueue', 'waveQueue', 'settleQueue', 'campaignQueue'],
      grants: [
        items(table, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
        queryIndex(table, 'byOwner'),
        objects(bucket, 'uploads', 'GetObject'),
        objects(bucket, 'templates', 'GetObject'),
        objects(bucket, 'lists', 'PutObject'),
        objects(bucket, 'dispatches', 'GetObject', 'PutObject'),
        tellMissingObjects(bucket),
        sendTo(queues.prepare, queues.wave, queues.settle, queues.campaign),
      ],
    },
    content: {
      description: 'Answers customers about templates and their categories, and shows previews',
      repeatedBy: 'The customer’s retry with the same Idempotency-Key repeats it.',
      settings: ['table', 'bucket'],
      grants: [
        items(table, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
        objects(bucket, 'uploads', 'GetObject'),
        // From one version's images to the next's, where it keeps some of them
        objects(bucket, 'templates', 'GetObject', 'PutObject'),
        tellMissingObjects(bucket),
      ],
    },
    contacts: {
      description: 'Answers customers about their contacts and imports of them',
      repeatedBy: 'The customer’s retry with the same Idempotency-Key repeats it.',
      settings: ['table', 'bucket', 'importQueue'],
      grants: [
        items(table, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
        queryIndex(table, 'byOwner'),
        // Reports of imports are shared as links
        objects(bucket, 'exports', 'GetObject'),
        sendTo(queues.import),
      ],
    },
    permissions: {
      description: 'Answers customers about opt-outs, consents, imports of them and opt-out numbers',
      repeatedBy: 'The customer’s retry, of an import with the same Idempotency-Key, repeats it.',
      settings: ['table', 'bucket', 'importQueue'],
      grants: [
        items(table, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
        queryIndex(table, 'byOwner'),
        // Evidence is copied to where it stays; reports of imports are shared as links
        objects(bucket, 'uploads', 'GetObject'),
        objects(bucket, 'evidence', 'PutObject'),
        objects(bucket, 'exports', 'GetObject'),
        tellMissingObjects(bucket),
        sendTo(queues.import),
      ],
    },
    'side-sends': {
      description: 'Tells people what came of their consents, and sends tests of campaigns',
      repeatedBy: 'The customer’s retry with the same Idempotency-Key repeats it.',
      settings: ['table', 'bucket', 'waveQueue', 'sendQueue', 'carrierMessagesPerSecond'],
      grants: [
        items(table, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'),
        queryIndex(table, 'byOwner'),
        objects(bucket, 'dispatches', 'GetObject', 'PutObject'),
        sendTo(queues.wave, queues.send),
      ],
    },
    'sender-numbers': {
      description: 'Answers customers about their sender numbers, and takes the documents for them',
      repeatedBy: 'The customer’s retry with the same Idempotency-Key repeats it.',
      settings: ['table', 'bucket', 'documentsKey'],
      grants: [
        items(table, 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'),
        // Documents go to where only operators read them; what the customer put goes away
        objects(bucket, 'incomingDocuments', 'GetObject', 'DeleteObject'),
        objects(bucket, 'documents', 'PutObject'),
        tellMissingObjects(bucket),
        useKey(documentsKey, 'GenerateDataKey'),
      ],
    },
    identity: {
      description: 'Has mobile numbers checked, and takes what proves who a tenant is',
      repeatedBy: 'The customer’s retry with the same Idempotency-Key repeats it.',
      settings: ['table', 'bucket', 'documentsKey', 'identityProviderSecret'],
      grants: [
        items(table, 'GetItem', 'PutItem', 'UpdateItem'),
        objects(bucket, 'incomingDocuments', 'GetObject', 'DeleteObject'),
        objects(bucket, 'documents', 'PutObject'),
        tellMissingObjects(bucket),
        useKey(documentsKey, 'GenerateDataKey'),
        readSecret(secrets.identityProvider),
      ],
    },
    operator: {
      description: 'Answers operators about tenants and what is theirs, keys, and the audit log',
      repeatedBy: 'The operator’s retry with the same Idempotency-Key repeats it.',
      settings: ['table', 'bucket', 'operatorSecret', 'outcomeQueue'],
      grants: [
        items(table, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'),
        // What waits to be reviewed
        queryIndex(table, 'byOwner'),
        // Links to documents: S3 asks whoever signed one, when it is followed
        objects(bucket, 'documents', 'GetObject'),
        useKey(documentsKey, 'Decrypt'),
        readSecret(secrets.operator),
        sendTo(queues.outcome),
      ],
    },
    'opt-out-calls': {
      description: 'Takes the carrier’s word that somebody called an opt-out number',
      repeatedBy: 'The carrier tells the call again.',
      settings: ['table', 'optOutCallSecret'],
      grants: [items(table, 'GetItem', 'Query', 'PutItem', 'DeleteItem'), readSecret(secrets.optOutCalls)],
    },
    docs: {
      description: 'Serves the documentation page',
      repeatedBy: 'The reader reloads the page.',
      settings: [],
      grants: [],
    },
    'validate-upload': {
      description: 'Turns a file into a recipient list, or says what is wrong with it',
      repeatedBy: 'The upload queue repeats it, and the sweeper when its lease has ended.',
      settings: ['table', 'bucket', 'uploadQueue', 'prepareQueue'],
      grants: [
        consume(queues.upload),
        items(table, 'GetItem', 'PutItem', 'UpdateItem'),
        // What is too large, or belongs to nothing, goes at once
        objects(bucket, 'uploads', 'GetObject', 'DeleteObject'),
        objects(bucket, 'incomingDocuments', 'GetObject', 'DeleteObject'),
        objects(bucket, 'inbox', 'GetObject'),
        objects(bucket, 'lists', 'PutObject', 'AbortMultipartUpload'),
        objects(bucket, 'exports', 'PutObject', 'AbortMultipartUpload'),
        tellMissingObjects(bucket),
        sendTo(queues.prepare),
      ],
    },
    'prepare-dispatch': {
      description: 'Renders, types and prices the recipients of a dispatch, and cuts them into batches',
      repeatedBy: 'The prepare queue repeats it, and the sweeper when its lease has ended.',
      settings: [
        'table',
        'bucket',
        'prepareQueue',
        'waveQueue',
        'sendQueue',
        'authQueue',
        'settleQueue',
        'carrierMessagesPerSecond',
      ],
      grants: [
        consume(queues.prepare),
        items(table, 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'BatchWriteItem'),
        objects(bucket, 'lists', 'GetObject'),
        objects(bucket, 'dispatches', 'GetObject', 'PutObject', 'AbortMultipartUpload'),
        sendTo(queues.prepare, queues.wave, queues.send, queues.auth, queues.settle),
      ],
    },
    'run-campaign': {
      description: 'Makes the schedules of a campaign, and starts and ends it when its time has come',
      repeatedBy: 'The campaign queue repeats it, and the sweeper asks for what is due.',
      settings: [
        'table',
        'bucket',
        'prepareQueue',
        'waveQueue',
        'settleQueue',
        'campaignQueue',
        'scheduleGroup',
        'scheduleRole',
        'scheduleDeadLetters',
        'campaignQueueArn',
      ],
      grants: [
        consume(queues.campaign),
        items(table, 'GetItem', 'Query', 'PutItem', 'UpdateItem'),
        // The images of a campaign, from its own copies to the dispatch's
        objects(bucket, 'dispatches', 'GetObject', 'PutObject'),
        tellMissingObjects(bucket),
        sendTo(queues.prepare, queues.wave, queues.settle, queues.campaign),
        ...makeSchedules(schedules, 'cmp_'),
      ],
    },
    'import-rows': {
      description: 'Makes the rows of a file consents, opt-outs or contacts, step by step',
      repeatedBy: 'The import queue repeats the step, and the sweeper when its lease has ended.',
      settings: ['table', 'bucket', 'importQueue'],
      grants: [
        consume(queues.import),
        items(table, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
        objects(bucket, 'lists', 'GetObject'),
        objects(bucket, 'exports', 'PutObject', 'AbortMultipartUpload'),
        sendTo(queues.import),
      ],
    },
    'release-wave': {
      description: 'Makes the schedules of a dispatch, and queues the batches of a wave whose time has come',
      repeatedBy: 'The wave queue repeats it; batches that were queued already are claimed once.',
      settings: [
        'table',
        'waveQueue',
        'sendQueue',
        'authQueue',
        'settleQueue',
        'scheduleGroup',
        'scheduleRole',
        'scheduleDeadLetters',
        'waveQueueArn',
      ],
      grants: [
        consume(queues.wave),
        items(table, 'GetItem', 'Query', 'PutItem'),
        sendTo(queues.wave, queues.send, queues.auth, queues.settle),
        ...makeSchedules(schedules, 'dsp_'),
      ],
    },
    'send-batch': {
      description: 'Claims a batch, renders it, submits it to the carrier once, and records the answer',
      repeatedBy:
        'The send queue repeats what had not been submitted; what had shows as unknown until reports clear it.',
      settings: [
        'table',
        'bucket',
        'sendQueue',
        'authQueue',
        'reportQueue',
        'settleQueue',
        'carrierSecret',
        'carrierMessagesPerSecond',
      ],
      grants: [
        consume(queues.send),
        consume(queues.auth),
        items(table, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'),
        objects(bucket, 'dispatches', 'GetObject'),
        sendTo(queues.send, queues.auth, queues.report, queues.settle),
        readSecret(secrets.carrier),
      ],
    },
    'poll-reports': {
      description: 'Asks the carrier what became of submitted batches, and records it on their result pages',
      repeatedBy: 'The report queue asks again.',
      settings: ['table', 'bucket', 'reportQueue', 'settleQueue', 'carrierSecret'],
      grants: [
        consume(queues.report),
        items(table, 'GetItem', 'PutItem', 'UpdateItem'),
        objects(bucket, 'dispatches', 'GetObject'),
        sendTo(queues.report, queues.settle),
        readSecret(secrets.carrier),
      ],
    },
    'settle-dispatch': {
      description: 'Folds result pages into credits, ledger and progress, finishes dispatches, and emits events',
      repeatedBy: 'The settle queue repeats the fold, which starts over from the pages.',
      settings: ['table', 'settleQueue', 'bus'],
      grants: [
        consume(queues.settle),
        items(table, 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
        sendTo(queues.settle),
        publish(bus),
      ],
    },
    'tell-outcome': {
      description: 'Tells what was decided about a tenant: an event, and mails',
      repeatedBy: 'The sweeper asks for the outcome again.',
      settings: ['table', 'outcomeQueue', 'bus', 'mailFrom'],
      grants: [
        consume(queues.outcome),
        items(table, 'GetItem', 'UpdateItem', 'DeleteItem'),
        publish(bus),
        ...(mailFrom === undefined ? [] : [sendMail(table, mailFrom)]),
      ],
    },
    'erase-people': {
      description: 'Removes what is left of deleted people, pass by pass',
      repeatedBy: 'The erase queue repeats the step, and the sweeper when its lease has ended.',
      settings: ['table', 'bucket', 'eraseQueue'],
      grants: [
        consume(queues.erase),
        items(table, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
        // Rows are written over; what no attempt needs is removed
        objects(bucket, 'dispatches', 'GetObject', 'PutObject', 'DeleteObject', 'AbortMultipartUpload'),
        objects(bucket, 'lists', 'GetObject', 'PutObject', 'AbortMultipartUpload'),
        objects(bucket, 'exports', 'GetObject', 'PutObject', 'AbortMultipartUpload'),
        // Files as they were put are removed whole
        objects(bucket, 'uploads', 'DeleteObject'),
        objects(bucket, 'inbox', 'GetObject', 'DeleteObject'),
        tellMissingObjects(bucket),
        sendTo(queues.erase),
      ],
    },
    sweep: {
      description: 'Every minute, finds what has stalled and restarts it',
      repeatedBy: 'The next minute’s run does the same work.',
      settings: [
        'table',
        'bucket',
        'uploadQueue',
        'prepareQueue',
        'waveQueue',
        'sendQueue',
        'authQueue',
        'reportQueue',
        'settleQueue',
        'campaignQueue',
        'importQueue',
        'outcomeQueue',
        'eraseQueue',
        'bus',
      ],
      grants: [
        items(table, 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
        queryIndex(table, 'byCheck'),
        // Images and documents that served their time; all other objects expire by the bucket's own rules
        objects(bucket, 'uploads', 'DeleteObject'),
        objects(bucket, 'incomingDocuments', 'DeleteObject'),
        objects(bucket, 'templates', 'DeleteObject'),
        objects(bucket, 'documents', 'DeleteObject'),
        // Only what nobody got so far as to keep
        objects(bucket, 'evidence', 'DeleteObject'),
        sendTo(
          queues.upload,
          queues.prepare,
          queues.wave,
          queues.send,
          queues.auth,
          queues.report,
          queues.settle,
          queues.campaign,
          queues.import,
          queues.outcome,
          queues.erase,
        ),
        publish(bus),
      ],
    },
  };
}
