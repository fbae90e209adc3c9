import { tenantOf } from '../../../shared/contracts/ids.ts';
import type { Work } from '../../support/fakes/queues.ts';
import { sender } from '../../support/fakes/world.ts';
import type { Customers } from './customers.ts';
import type { Marketers } from './marketers.ts';
import type { People } from './people.ts';
import { owners, type World } from './world.ts';

/** What somebody does, or what befalls everybody, at a moment that suits nobody. */
export function befall(world: World, customers: Customers, marketers: Marketers, people: People): void {
  const { random, faults, dispatches, clock, agenda, tenants } = world;
  const all = [...dispatches.all.values()];
  const any = all[random.below(all.length)];
  if (any) {
    if (faults.strikes('cancel', 0.012)) customers.cancel(any.id);
    if (faults.strikes('reschedule', 0.08)) customers.reschedule(any.id);
    if (faults.strikes('stray_record', 0.08)) {
      faults.count('stray_record');
      for (const work of strayOf(world, any.id)) world.queues.put(work, 0);
    }
  }
  const planned = [...world.campaigns.all.keys()];
  const campaign = planned[random.below(planned.length)];
  if (campaign && faults.on && random.chance(0.04)) marketers.disturb(campaign);
  if (campaign && faults.strikes('stray_record', 0.1)) {
    faults.count('stray_record');
    const revision = 1 + random.below(world.campaigns.all.get(campaign)?.revision ?? 1);
    const moment = (['plan', 'unplan', 'start', 'end'] as const)[random.below(4)]!;
    world.queues.put({ queue: 'campaign', body: { campaignId: campaign, revision, moment } }, 0);
  }
  const submitting = world.batches.history.at(-1);
  if (submitting?.batch.state === 'submitting' && faults.strikes('early_report', 0.5)) {
    const { id: dispatchId, batch } = submitting;
    world.queues.put({ queue: 'report', body: { dispatchId, batch: batch.n, poll: 0 } }, 0);
  }
  if (faults.strikes('malformed_record', 0.02)) {
    faults.count('malformed_record');
    const queue = (['prepare', 'wave', 'send', 'report', 'settle', 'campaign'] as const)[random.below(6)];
    world.queues.put({ queue, body: { malformed: true } } as unknown as Work, 0);
  }
  if (faults.strikes('clock_jump', 0.03)) {
    faults.count('clock_jump');
    clock.advance(random.below(random.chance(0.5) ? 20_000 : 400_000));
    world.note('the clock jumps');
  }
  if (world.advertises && faults.on && random.chance(0.15)) people.speak();
  const owner = owners[random.below(owners.length)]!;
  const numbers = world.optOutNumbers.of(owner);
  const number = numbers[random.below(numbers.length)]!;
  if (world.advertises && faults.strikes('number_closed', 0.02)) {
    faults.count('number_closed');
    world.optOutNumbers.close(owner, number);
    if (random.chance(0.7)) agenda.in(random.below(300_000), () => world.optOutNumbers.open(owner, number));
  }
  const tenant = tenantOf(owner);
  if (faults.strikes('suspension', 0.01)) {
    faults.count('suspension');
    tenants.put(tenant, 'suspended');
    agenda.in(random.below(300_000), () => tenants.put(tenant, 'active'));
  }
  if (faults.strikes('lost_sender', 0.01)) {
    faults.count('lost_sender');
    tenants.disapprove(tenant, sender);
    agenda.in(random.below(300_000), () => tenants.approve(tenant, sender));
  }
}

/** Records that nobody asked for just now: left over from long ago, or put in by hand. */
function strayOf({ random, dispatches }: World, dispatchId: `dsp_${string}`): readonly Work[] {
  const dispatch = dispatches.all.get(dispatchId);
  const { prepared, revision = 1 } = dispatch ?? {};
  if (!prepared || prepared.batches === 0) return [{ queue: 'prepare', body: { dispatchId } }];
  const batch = random.below(prepared.batches);
  const stray: readonly Work[] = [
    { queue: 'prepare', body: { dispatchId } },
    { queue: 'settle', body: { dispatchId } },
    { queue: 'send', body: { dispatchId, batch } },
    { queue: 'report', body: { dispatchId, batch, poll: random.below(10) } },
    {
      queue: 'wave',
      body: { dispatchId, wave: 1 + random.below(prepared.waveRows.length), revision: 1 + random.below(revision) },
    },
    { queue: 'wave', body: { dispatchId, plan: 1 + random.below(revision) } },
  ];
  return [stray[random.below(stray.length)]!];
}
