/**
 * The parts of fauxqs that we run inside this process. They are taken by path because its public `startFauxqs`
 * always listens on every interface; this way there is no socket at all. The version is pinned exactly.
 */
export { PersistenceManager } from '../../../node_modules/fauxqs/dist/persistence.js';
export { SnsStore } from '../../../node_modules/fauxqs/dist/sns/snsStore.js';
export { deleteMessage } from '../../../node_modules/fauxqs/dist/sqs/actions/deleteMessage.js';
export { deleteMessageBatch } from '../../../node_modules/fauxqs/dist/sqs/actions/deleteMessageBatch.js';
export { sendMessage } from '../../../node_modules/fauxqs/dist/sqs/actions/sendMessage.js';
export { sendMessageBatch } from '../../../node_modules/fauxqs/dist/sqs/actions/sendMessageBatch.js';
export { type SqsQueue, SqsStore } from '../../../node_modules/fauxqs/dist/sqs/sqsStore.js';
export type { ReceivedMessage } from '../../../node_modules/fauxqs/dist/sqs/sqsTypes.js';
