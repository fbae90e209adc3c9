import type { EventId } from '../../contracts/ids.ts';
import type { Alarms, Log, Time } from '../dispatches/ports.ts';
import type { TenantStore } from '../tenants/tenant.ts';
import { outcomeMail } from './outcome-mail.ts';
import type { Bus, Mail, OutcomeStore, WaitingOutcome } from './ports.ts';

export interface TellOutcomePorts {
  readonly outcomeStore: OutcomeStore;
  readonly bus: Bus;
  /** Null: the stack has no address to send from. */
  readonly mail: Mail | null;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly time: Time;
  readonly alarms: Alarms;
  readonly log: Log;
}

const minuteMs = 60_000;
/** Longer than a run may take. */
const claimMs = 2 * minuteMs;
const longestWaitMs = 60 * minuteMs;
/** Nobody wants to hear of it later than that. */
const givenUpAfterMs = 72 * 60 * minuteMs;
/** One minute, two, four, eight: by then it is no passing fault. */
const alarmAtTry = 5;

/**
 * Tells an outcome: an event on the bus, then a mail to each address of the tenant's. What was told is noted step by
 * step, so that a run that ends half-way repeats one step at most; both kinds carry the outcome's id. What does not work
 * now is tried again for three days, at growing distances.
 */
export async function tellOutcome(ports: TellOutcomePorts, id: EventId): Promise<void> {
  const { outcomeStore, time, alarms, log } = ports;
  const nowMs = time.now();
  const outcome = await outcomeStore.claim(id, nowMs, nowMs + claimMs);
  if (outcome === null) return;
  const troubles = [...(await publish(ports, outcome)), ...(await mailAll(ports, outcome))];
  if (troubles.length === 0) return outcomeStore.remove(id);

  const facts = { id, tries: outcome.tries, reason: troubles.join(' ') };
  if (nowMs - outcome.atMs > givenUpAfterMs) {
    alarms.raise('outcomeUntold', facts);
    return outcomeStore.remove(id);
  }
  if (outcome.tries === alarmAtTry) alarms.raise('outcomeUntold', facts);
  else log.warn('an outcome could not be told in full yet', facts);
  await outcomeStore.later(id, time.now() + Math.min(longestWaitMs, minuteMs * 2 ** (outcome.tries - 1)));
}

async function publish({ outcomeStore, bus }: TellOutcomePorts, outcome: WaitingOutcome): Promise<readonly string[]> {
  if (outcome.isPublished) return [];
  try {
    await bus.publish(outcome);
  } catch (error) {
    return [error instanceof Error ? error.name : 'unknown'];
  }
  await outcomeStore.published(outcome.id);
  return [];
}

async function mailAll(ports: TellOutcomePorts, outcome: WaitingOutcome): Promise<readonly string[]> {
  const { outcomeStore, mail, tenants, log } = ports;
  const { id, tenantId, settledAddresses } = outcome;
  if (mail === null) return [];
  const tenant = await tenants.find(tenantId);
  if (tenant === null) return [];
  const text = outcomeMail(outcome, tenant.name);
  const troubles: string[] = [];
  for (const address of new Set(tenant.notificationEmails)) {
    if (settledAddresses.includes(address)) continue;
    const sent = await mail.send(address, text, id);
    if (sent.kind === 'later') {
      troubles.push(sent.reason);
      continue;
    }
    if (sent.kind === 'refused') log.warn('an address gets no mail', { id, tenantId, reason: sent.reason });
    await outcomeStore.settled(id, address);
  }
  return troubles;
}
