import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { batchLeaseSeconds, longWorkSeconds } from '../../shared/contracts/limits.ts';
import type { Alarms } from './alarms.ts';
import { timeoutSeconds } from './function-sizes.ts';
import { WorkQueue } from './work-queue.ts';

/** What Lambda needs around a run to hand over, return and delete its batch. */
const handoverSeconds = 60;
/** A message that killed five runs of ten minutes kills the sixth; one that met five deployments is rare. */
const longWorkReceives = 5;
/** Short runs cost little: ten receives ride out ten minutes of a throttled or failing table. */
const shortWorkReceives = 10;
/** The longest delay a queue can give (15 min), then as long again for the work. */
const lateAfterDelays = Duration.minutes(30);

const redrive = 'Read the message and the function log by its id, fix the cause, then redrive the dead-letter queue.';

/** The queues between the functions. */
export class Queues extends Construct {
  readonly upload: WorkQueue;
  readonly prepare: WorkQueue;
  readonly wave: WorkQueue;
  readonly send: WorkQueue;
  readonly auth: WorkQueue;
  readonly report: WorkQueue;
  readonly settle: WorkQueue;
  readonly campaign: WorkQueue;
  readonly import: WorkQueue;
  readonly outcome: WorkQueue;
  readonly erase: WorkQueue;

  constructor(scope: Construct, id: string, alarms: Alarms) {
    super(scope, id);
    this.upload = new WorkQueue(this, 'Upload', {
      alarms,
      visibility: Duration.seconds(longWorkSeconds + handoverSeconds),
      receives: longWorkReceives,
      lateAfter: lateAfterDelays,
      runbook: {
        dead: `A file could not be validated, nor be rejected with a reason. ${redrive}`,
        late: 'Uploads wait: validate-upload is failing or at its concurrency limit. Look at its errors and throttles.',
      },
    });
    this.prepare = new WorkQueue(this, 'Prepare', {
      alarms,
      visibility: Duration.seconds(longWorkSeconds + handoverSeconds),
      receives: longWorkReceives,
      lateAfter: lateAfterDelays,
      runbook: {
        dead: `A dispatch could not be prepared; it stays in preparing. ${redrive}`,
        late: 'Dispatches wait in preparing: prepare-dispatch is failing or at its concurrency limit.',
      },
    });
    this.wave = new WorkQueue(this, 'Wave', {
      alarms,
      visibility: Duration.seconds(timeoutSeconds['release-wave'] + handoverSeconds),
      receives: shortWorkReceives,
      lateAfter: lateAfterDelays,
      runbook: {
        dead: `The batches of a wave were not queued in full; releasing again is safe. ${redrive}`,
        late: 'Confirmed dispatches do not start: release-wave is failing or at its concurrency limit.',
      },
    });
    this.send = new WorkQueue(this, 'Send', {
      alarms,
      // The same 60 s as a batch's lease and submit deadline: a message comes back when its batch may be judged again.
      visibility: Duration.seconds(batchLeaseSeconds),
      receives: shortWorkReceives,
      // A million messages are 2,000 batches; at the slowest usual account (300 messages/s) they take an hour.
      lateAfter: Duration.hours(1),
      runbook: {
        dead: `A batch could not be sent, nor be given back. Its rows show as planned or unknown; nothing is lost. ${redrive}`,
        late: 'Batches wait over an hour: the carrier is slow or refusing, its account is paused, or sendConcurrency is too low.',
      },
    });
    this.auth = new WorkQueue(this, 'Auth', {
      alarms,
      visibility: Duration.seconds(batchLeaseSeconds),
      receives: shortWorkReceives,
      // Whoever waits to log in has given up by then, and the code has lapsed.
      lateAfter: Duration.minutes(5),
      runbook: {
        dead: `An authentication message could not be sent, nor be given back. It shows as planned or unknown. ${redrive}`,
        late: 'Authentication messages wait for minutes: the carrier is slow or refusing, or its account is paused.',
      },
    });
    this.report = new WorkQueue(this, 'Report', {
      alarms,
      visibility: Duration.seconds(timeoutSeconds['poll-reports'] + handoverSeconds),
      receives: shortWorkReceives,
      lateAfter: lateAfterDelays,
      runbook: {
        dead: `A batch is no longer asked about at the carrier until the sweeper does. ${redrive}`,
        late: 'Delivery reports lag: the carrier answers slowly or poll-reports is failing.',
      },
    });
    this.settle = new WorkQueue(this, 'Settle', {
      alarms,
      visibility: Duration.seconds(timeoutSeconds['settle-dispatch'] + handoverSeconds),
      receives: shortWorkReceives,
      lateAfter: lateAfterDelays,
      runbook: {
        dead: `Credits and progress of a dispatch lag behind its batches; the sweeper folds it later. ${redrive}`,
        late: 'Credits and progress lag: settle-dispatch is failing, or its transactions conflict without end.',
      },
    });
    this.campaign = new WorkQueue(this, 'Campaign', {
      alarms,
      visibility: Duration.seconds(timeoutSeconds['run-campaign'] + handoverSeconds),
      receives: shortWorkReceives,
      lateAfter: lateAfterDelays,
      runbook: {
        dead: `A campaign was not planned, started or ended by this record; the sweeper asks again. ${redrive}`,
        late: 'Campaigns start or end late: run-campaign is failing or at its concurrency limit.',
      },
    });
    this.import = new WorkQueue(this, 'Import', {
      alarms,
      visibility: Duration.seconds(longWorkSeconds + handoverSeconds),
      receives: longWorkReceives,
      lateAfter: lateAfterDelays,
      runbook: {
        dead: `A step of an import of consents or opt-outs failed; the sweeper begins it again, and ends it after several. ${redrive}`,
        late: 'Imports wait: import-rows is failing or at its concurrency limit.',
      },
    });
    this.outcome = new WorkQueue(this, 'Outcome', {
      alarms,
      visibility: Duration.seconds(timeoutSeconds['tell-outcome'] + handoverSeconds),
      receives: shortWorkReceives,
      lateAfter: lateAfterDelays,
      runbook: {
        dead: `What was decided about a tenant was not told by this record; the sweeper asks again. ${redrive}`,
        late: 'Tenants hear late of what was decided: tell-outcome is failing or at its concurrency limit.',
      },
    });
    this.erase = new WorkQueue(this, 'Erase', {
      alarms,
      visibility: Duration.seconds(longWorkSeconds + handoverSeconds),
      receives: longWorkReceives,
      lateAfter: lateAfterDelays,
      runbook: {
        dead: `What deleted people left is not being erased for the owner in the record; the sweeper asks again, but the law allows a week. ${redrive}`,
        late: 'Deleted people are erased late: erase-people is failing or at its concurrency limit.',
      },
    });
  }
}
