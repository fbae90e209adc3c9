/**
 * Names of the environment variables through which the stack tells a function where its resources are.
 * `infra` sets them, each function parses only those it uses.
 */
export const env = {
  table: 'TABLE_NAME',
  bucket: 'BUCKET_NAME',
  documentsKey: 'DOCUMENTS_KEY_ARN',
  prepareQueue: 'PREPARE_QUEUE_URL',
  waveQueue: 'WAVE_QUEUE_URL',
  sendQueue: 'SEND_QUEUE_URL',
  authQueue: 'AUTH_QUEUE_URL',
  reportQueue: 'REPORT_QUEUE_URL',
  settleQueue: 'SETTLE_QUEUE_URL',
  uploadQueue: 'UPLOAD_QUEUE_URL',
  campaignQueue: 'CAMPAIGN_QUEUE_URL',
  importQueue: 'IMPORT_QUEUE_URL',
  outcomeQueue: 'OUTCOME_QUEUE_URL',
  eraseQueue: 'ERASE_QUEUE_URL',
  bus: 'BUS_NAME',
  carrierSecret: 'CARRIER_SECRET_ARN',
  operatorSecret: 'OPERATOR_SECRET_ARN',
  optOutCallSecret: 'OPT_OUT_CALL_SECRET_ARN',
  identityProviderSecret: 'IDENTITY_PROVIDER_SECRET_ARN',
  /** Whoever makes schedules says in which group they lie, and as which role they put a record into which queue. */
  scheduleGroup: 'SCHEDULE_GROUP',
  scheduleRole: 'SCHEDULE_ROLE_ARN',
  waveQueueArn: 'WAVE_QUEUE_ARN',
  campaignQueueArn: 'CAMPAIGN_QUEUE_ARN',
  scheduleDeadLetters: 'SCHEDULE_DEAD_LETTERS_ARN',
  /** The address that mails come from. Absent: none are sent. */
  mailFrom: 'MAIL_FROM',
  /** Absent: no limit of our own. */
  carrierMessagesPerSecond: 'CARRIER_MESSAGES_PER_SECOND',
} as const;

/** Names of the table's indexes. Both are KEYS_ONLY: items change often and are read from the table, consistently. */
export const indexes = {
  /** Dispatches of an owner by time of creation. */
  byOwner: 'by-owner',
  /** What the sweeper has to look at, by time; sparse, over `sweeperShards` partitions. */
  byCheck: 'by-check',
} as const;

/** Index key attributes. */
export const indexKeys = {
  byOwner: { pk: 'ownerPk', sk: 'ownerSk' },
  byCheck: { pk: 'checkPk', sk: 'checkSk' },
} as const;

/** How partitions of the audit log begin: what IAM keeps functions from changing. */
export const auditPartitions = 'AUDIT#';

/** Object prefixes in the bucket. */
export const prefixes = {
  uploads: 'uploads/',
  incomingDocuments: 'incoming-documents/',
  inbox: 'inbox/',
  lists: 'lists/',
  dispatches: 'dispatches/',
  templates: 'templates/',
  exports: 'exports/',
  evidence: 'evidence/',
  documents: 'documents/',
} as const;

/** Name of the custom metrics' namespace, and of the metrics that alarms watch. */
export const metrics = {
  namespace: 'Bongsu',
  carrierAccountPaused: 'CarrierAccountPaused',
  negativeCapture: 'NegativeCapture',
  carrierIdTaken: 'CarrierIdTaken',
  strayFile: 'StrayFile',
  lostOptOutCall: 'LostOptOutCall',
  outcomeUntold: 'OutcomeUntold',
} as const;
