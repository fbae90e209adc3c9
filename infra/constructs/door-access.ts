import type { Access, Resources } from './access.ts';
import { items, objects, queryIndex, readSecret, sendTo, tellMissingObjects, useKey } from './grants.ts';

/** Of the functions that answer HTTP requests. */
export function doorAccessOf(resources: Resources) {
  const { table, bucket, documentsKey, queues, secrets } = resources;
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
  } as const satisfies Readonly<Record<string, Access>>;
}
