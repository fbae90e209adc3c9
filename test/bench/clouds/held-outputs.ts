/** What a benchmark must know of the stack to stand beside its functions. */
export const heldOutputs = {
  /** Names of the queues that nobody empties, with commas between. */
  heldQueues: 'HeldQueues',
  table: 'TableName',
  sendQueue: 'SendQueueUrl',
  waveQueueArn: 'WaveQueueArn',
  scheduleGroup: 'ScheduleGroup',
  scheduleRole: 'ScheduleRoleArn',
  scheduleDeadLetters: 'ScheduleDeadLettersArn',
} as const;
