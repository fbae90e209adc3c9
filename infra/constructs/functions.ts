import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { env } from '../../shared/contracts/environment.ts';
import { type Bundles, type FunctionName, functionNames } from '../bundle.ts';
import { type Access, accessOf, type Resources } from './access.ts';
import type { Alarms } from './alarms.ts';
import { onlyAddToLog } from './grants.ts';
import { pascalCase } from './pascal-case.ts';
import type { Queues } from './queues.ts';
import { ServiceFunction } from './service-function.ts';

export interface FunctionsProps {
  readonly bundles: Bundles;
  readonly resources: Resources;
  readonly alarms: Alarms;
  readonly sendConcurrency: number;
  /** No limit of our own if undefined. */
  readonly carrierMessagesPerSecond: number | undefined;
  /** No mail is sent if undefined. */
  readonly mailFrom: string | undefined;
}

/** Runs at once for work that is not a carrier's: enough to keep up, few enough to leave the account to the API. */
const workerConcurrency = 10;
/** One person a run and about a second each: ten log-ins a second, beside whatever the campaigns take. */
const authConcurrency = 10;

/** The functions, each with only its own settings and grants, and the queues that drive them. */
export class Functions extends Construct {
  readonly byName: Readonly<Record<FunctionName, ServiceFunction>>;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const { resources, alarms, bundles } = props;
    const access = accessOf(resources, props.mailFrom);
    const values = environmentOf(resources, props);
    const made = functionNames.map((name) => {
      const { description, repeatedBy, settings, grants: own } = access[name];
      const grants = settings.includes('table') ? [...own, onlyAddToLog(resources.table, name === 'operator')] : own;
      const environment = Object.fromEntries(
        settings.flatMap((setting) => {
          const value = values[setting];
          return value === undefined ? [] : [[env[setting], value]];
        }),
      );
      const props = { bundle: bundles[name], description, repeatedBy, environment, grants, alarms };
      return [name, new ServiceFunction(this, pascalCase(name), props)] as const;
    });
    this.byName = Object.fromEntries(made) as Record<FunctionName, ServiceFunction>;
    this.#drive(resources.queues, props.sendConcurrency);
  }

  #drive(queues: Queues, sendConcurrency: number): void {
    const one = { batchSize: 1, concurrency: workerConcurrency };
    // A file, a dispatch, a wave: minutes of work each, so one a run.
    this.byName['validate-upload'].consume(queues.upload, one);
    this.byName['prepare-dispatch'].consume(queues.prepare, one);
    this.byName['release-wave'].consume(queues.wave, one);
    this.byName['run-campaign'].consume(queues.campaign, one);
    this.byName['import-rows'].consume(queues.import, one);
    // A record tells one outcome, up to ten mails long.
    this.byName['tell-outcome'].consume(queues.outcome, one);
    // A step reads what there is of an owner, for minutes.
    this.byName['erase-people'].consume(queues.erase, one);
    // One carrier call a run: a second one would not fit into the lease.
    this.byName['send-batch'].consume(queues.send, { batchSize: 1, concurrency: sendConcurrency });
    this.byName['send-batch'].consume(queues.auth, { batchSize: 1, concurrency: authConcurrency }, 'AuthMapping');
    // Polls of the same call are answered together, and each page is written once for what gathered in five seconds.
    this.byName['poll-reports'].consume(queues.report, {
      batchSize: 10,
      window: Duration.seconds(5),
      concurrency: workerConcurrency,
    });
    // Two seconds are the shortest time between two folds of a dispatch: what gathers meanwhile is one fold.
    this.byName['settle-dispatch'].consume(queues.settle, {
      batchSize: 100,
      window: Duration.seconds(2),
      concurrency: workerConcurrency,
    });
  }
}

/** What a setting says; one without a value is not given to anybody. */
function environmentOf(
  resources: Resources,
  { carrierMessagesPerSecond, mailFrom }: Pick<FunctionsProps, 'carrierMessagesPerSecond' | 'mailFrom'>,
): Readonly<Record<Access['settings'][number], string | undefined>> {
  const { table, bucket, documentsKey, queues, bus, secrets, schedules } = resources;
  return {
    table: table.tableName,
    bucket: bucket.bucketName,
    documentsKey: documentsKey.keyArn,
    uploadQueue: queues.upload.queue.queueUrl,
    campaignQueue: queues.campaign.queue.queueUrl,
    importQueue: queues.import.queue.queueUrl,
    outcomeQueue: queues.outcome.queue.queueUrl,
    eraseQueue: queues.erase.queue.queueUrl,
    mailFrom,
    prepareQueue: queues.prepare.queue.queueUrl,
    waveQueue: queues.wave.queue.queueUrl,
    sendQueue: queues.send.queue.queueUrl,
    authQueue: queues.auth.queue.queueUrl,
    reportQueue: queues.report.queue.queueUrl,
    settleQueue: queues.settle.queue.queueUrl,
    bus: bus.eventBusName,
    carrierSecret: secrets.carrier.secretArn,
    operatorSecret: secrets.operator.secretArn,
    optOutCallSecret: secrets.optOutCalls.secretArn,
    identityProviderSecret: secrets.identityProvider.secretArn,
    scheduleGroup: schedules.group.ref,
    scheduleRole: schedules.role.roleArn,
    scheduleDeadLetters: schedules.deadLetters.queueArn,
    waveQueueArn: queues.wave.queue.queueArn,
    campaignQueueArn: queues.campaign.queue.queueArn,
    carrierMessagesPerSecond: carrierMessagesPerSecond?.toString(),
  };
}
