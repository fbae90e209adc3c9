import { Annotations, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Bundles } from './bundle.ts';
import { Alarms } from './constructs/alarms.ts';
import { Bucket } from './constructs/bucket.ts';
import { DocumentsKey } from './constructs/documents-key.ts';
import { EventBus } from './constructs/event-bus.ts';
import { Functions } from './constructs/functions.ts';
import { HttpApi } from './constructs/http-api.ts';
import { MoneyAlarms } from './constructs/money-alarms.ts';
import { Queues } from './constructs/queues.ts';
import { Schedules } from './constructs/schedules.ts';
import { Secrets } from './constructs/secrets.ts';
import { SweepSchedule } from './constructs/sweep-schedule.ts';
import { Table } from './constructs/table.ts';
import { type Settings, warningsOf } from './settings.ts';

export interface BongsuStackProps extends StackProps {
  readonly settings: Settings;
  readonly bundles: Bundles;
}

/** All of Bongsu: what keeps things, what carries them, what works on them, and the doors. */
export class BongsuStack extends Stack {
  constructor(scope: Construct, id: string, props: BongsuStackProps) {
    super(scope, id, { description: 'Bongsu: bulk text messages to Korean phones', ...props });
    const { settings, bundles } = props;
    const retain = settings.retainData;

    for (const { id, text } of warningsOf(settings)) Annotations.of(this).addWarningV2(id, text);
    const alarms = new Alarms(this, 'Alarms', settings.alarmEmail);
    const queues = new Queues(this, 'Queues', alarms);
    const { table } = new Table(this, 'Data', { retain });
    const { key: documentsKey } = new DocumentsKey(this, 'Documents', { retain });
    const { bucket } = new Bucket(this, 'Files', { retain, announceTo: queues.upload.queue, documentsKey });
    const { bus } = new EventBus(this, 'Events', { alarms });
    const schedules = new Schedules(this, 'Schedules', { alarms, into: [queues.wave, queues.campaign] });
    const secrets = new Secrets(this, 'Secrets');
    const door = new HttpApi(this, 'Door', {
      alarms,
      name: this.stackName,
      requestsPerSecond: settings.apiRequestsPerSecond,
    });

    const { byName } = new Functions(this, 'Functions', {
      bundles,
      alarms,
      resources: { table, bucket, documentsKey, queues, secrets, bus, schedules },
      sendConcurrency: settings.sendConcurrency,
      carrierMessagesPerSecond: settings.carrierMessagesPerSecond,
      mailFrom: settings.mailFrom,
    });
    door.route({
      api: byName.api.lambda,
      account: byName.account.lambda,
      results: byName.results.lambda,
      campaigns: byName.campaigns.lambda,
      content: byName.content.lambda,
      contacts: byName.contacts.lambda,
      permissions: byName.permissions.lambda,
      'side-sends': byName['side-sends'].lambda,
      'sender-numbers': byName['sender-numbers'].lambda,
      identity: byName.identity.lambda,
      operator: byName.operator.lambda,
      'opt-out-calls': byName['opt-out-calls'].lambda,
      docs: byName.docs.lambda,
    });
    new SweepSchedule(this, 'Sweep', { alarms, group: schedules.group, sweep: byName.sweep });
    new MoneyAlarms(this, 'Money', alarms);

    new CfnOutput(this, 'ApiUrl', { value: door.api.apiEndpoint, description: 'Where the API answers' });
    new CfnOutput(this, 'BucketName', { value: bucket.bucketName, description: 'Drop files under inbox/<tenant>/' });
    new CfnOutput(this, 'CarrierSecretArn', { value: secrets.carrier.secretArn, description: 'Fill in by hand' });
    new CfnOutput(this, 'OperatorSecretArn', { value: secrets.operator.secretArn, description: 'The operator’s key' });
    new CfnOutput(this, 'OptOutCallSecretArn', {
      value: secrets.optOutCalls.secretArn,
      description: 'What the 080 service signs with: whsec_ and this text',
    });
    new CfnOutput(this, 'IdentityProviderSecretArn', {
      value: secrets.identityProvider.secretArn,
      description: 'Fill in by hand',
    });
    new CfnOutput(this, 'AlarmTopicArn', { value: alarms.topic.topicArn, description: 'Where alarms go' });
  }
}
