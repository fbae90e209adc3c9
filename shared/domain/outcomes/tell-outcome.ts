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
/** Nobody wants a mail about it later than that. */
const mailGivenUpAfterMs = 72 * 60 * minuteMs;
/** One minute, two, four, eight: by then it is no passing fault. */
const alarmAtTry = 5;

/**
 * Tells an outcome: an event on the bus, then a mail to each address of the tenant's. What was told is noted step by
 * step, so that a run that ends half-way repeats one step at most; both kinds carry the outcome's id. What does not work
 * now is tried again at growing distances: a mail for three days, an event for as long as it takes. An alarm tells of what
 * takes long, of what was given up, and of a tenant that no mail reached.
 */
export async function tellOutcome(ports: TellOutcomePorts, id: EventId): Promise<void> {
  const { outcomeStore, time, alarms, log } = ports;
  const nowMs = time.now();
  const outcome = await outcomeStore.claim(id, nowMs, nowMs + claimMs);
  if (outcome === null) return;
  const isMailLate = nowMs - outcome.atMs > mailGivenUpAfterMs;
  const unpublished = await publish(ports, outcome);
  const mails = await mailAll(ports, outcome, isMailLate);
  const troubles = [...unpublished, ...mails.troubles];
  const facts = { id, tries: outcome.tries, reason: troubles.join(' ') };
  if (troubles.length === 0) {
    if (mails.reachNobody) alarms.raise('outcomeUntold', { ...facts, reason: 'every address was refused' });
    return outcomeStore.remove(id);
  }

  if (isMailLate) alarms.raise('outcomeUntold', facts);
  // Whoever listens on the bus hears of it, however late
  if (isMailLate && unpublished.length === 0) return outcomeStore.remove(id);
  if (!isMailLate && outcome.tries === alarmAtTry) alarms.raise('outcomeUntold', facts);
  else if (!isMailLate) log.warn('an outcome could not be told in full yet', facts);
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

interface Mailed {
  readonly troubles: readonly string[];
  /** There are addresses, and none of them ever gets this. */
  readonly reachNobody: boolean;
}

const nothingToMail: Mailed = { troubles: [], reachNobody: false };

async function mailAll(ports: TellOutcomePorts, outcome: WaitingOutcome, isLate: boolean): Promise<Mailed> {
  const { outcomeStore, mail, tenants, log } = ports;
  const { id, tenantId, settledAddresses } = outcome;
  if (mail === null) return nothingToMail;
  const tenant = await tenants.find(tenantId);
  if (tenant === null) return nothingToMail;
  const text = outcomeMail(outcome, tenant.name);
  const addresses = new Set(tenant.notificationEmails);
  const troubles: string[] = [];
  let { isMailed } = outcome;
  for (const address of addresses) {
    if (settledAddresses.includes(address)) continue;
    if (isLate) {
      troubles.push('MailGivenUp');
      continue;
    }
    const sent = await mail.send(address, text, id);
    if (sent.kind === 'later') {
      troubles.push(sent.reason);
      continue;
    }
    if (sent.kind === 'refused') log.warn('an address gets no mail', { id, tenantId, reason: sent.reason });
    isMailed ||= sent.kind === 'sent';
    await outcomeStore.settled(id, address, sent.kind === 'sent');
  }
  return { troubles, reachNobody: addresses.size > 0 && !isMailed && troubles.length === 0 };
}
