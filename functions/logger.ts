import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { metrics as names } from '../shared/contracts/environment.ts';
import type { Alarms, Log } from '../shared/domain/dispatches/ports.ts';

/** Structured lines with ids and counts; a phone number or a text never goes in. */
export const logger = new Logger({ serviceName: 'bongsu' });

export const log: Log = {
  info: (message, facts) => logger.info(message, facts),
  warn: (message, facts) => logger.warn(message, facts),
};

const metrics = new Metrics({ namespace: names.namespace, serviceName: 'bongsu' });

/** Each alarm is a line in the log and a metric that an alarm of the stack watches. */
export const alarms: Alarms = {
  raise(alarm, facts) {
    logger.error(alarm, { ...facts });
    metrics.singleMetric().addMetric(names[alarm], MetricUnit.Count, 1);
  },
};
