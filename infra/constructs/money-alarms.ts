import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { metrics } from '../../shared/contracts/environment.ts';
import { type Alarms, alarmPeriod } from './alarms.ts';
import { serviceName } from './service-function.ts';

const runbooks: Readonly<Record<Exclude<keyof typeof metrics, 'namespace'>, string>> = {
  carrierAccountPaused:
    'The carrier refuses our account (authentication, or its own balance). Batches wait and nobody’s message has failed: check the carrier secret and top up the account.',
  negativeCapture:
    'A fold came out below what was captured before, and wrote nothing. Credits of that dispatch stand still: compare its pages with its hold by the log’s dispatch id before anything else.',
  strayFile:
    'A file was dropped into the bucket where no tenant is, so nobody will ever see it. The log of validate-upload says when; ask who dropped it.',
  lostOptOutCall:
    'Somebody called an 080 number to opt out, and nobody could be opted out of anything: the number is not one of ours, no longer one, or the carrier’s message is malformed. The log of opt-out-calls has the call’s id: ask the carrier for it, and record the refusal by hand.',
  outcomeUntold:
    'What was decided about a tenant could not be told, neither now nor minutes ago, or for three days, or none of its addresses takes mail. The log of tell-outcome names the outcome and the reason: SES may have paused the account or kept it in its sandbox, the identity of mailFrom may not be verified, or the bus refuses (the event waits until it does not). Tell the tenant by hand what was given up, and ask it for another address.',
  carrierIdTaken:
    'Two batches claim the same carrier call after an unclear submit. One of them stays unknown: compare both with the carrier’s own list.',
};

/** Alarms on what the service itself reports: trouble with money or with the carrier that no queue shows. */
export class MoneyAlarms extends Construct {
  constructor(scope: Construct, id: string, alarms: Alarms) {
    super(scope, id);
    for (const [name, runbook] of Object.entries(runbooks)) {
      const metricName = metrics[name as keyof typeof runbooks];
      alarms.add(this, metricName, {
        metric: new Metric({
          namespace: metrics.namespace,
          metricName,
          dimensionsMap: { service: serviceName },
          statistic: 'Sum',
          period: alarmPeriod,
        }),
        atLeast: 1,
        runbook,
      });
    }
  }
}
