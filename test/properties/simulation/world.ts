import { type OwnerId, tenantOf } from '../../../shared/contracts/ids.ts';
import type { CreateCampaignPorts } from '../../../shared/domain/campaigns/create-campaign.ts';
import type { DeleteCampaignPorts } from '../../../shared/domain/campaigns/delete-campaign.ts';
import type { PublishPorts, UnpublishPorts } from '../../../shared/domain/campaigns/publish-campaign.ts';
import type { RunCampaignPorts } from '../../../shared/domain/campaigns/run-campaign.ts';
import { currentPrices } from '../../../shared/domain/content/prices.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import type { Alarms } from '../../../shared/domain/dispatches/ports.ts';
import type { PermissionStore } from '../../../shared/domain/permissions/ports.ts';
import { createFakeBatchStore, createFakeReleaseStore } from '../../support/fakes/batch-store.ts';
import { createFakeCampaignStore } from '../../support/fakes/campaign-store.ts';
import { createFakeCarrier, createFakeCarrierAccounts } from '../../support/fakes/carrier.ts';
import { createFakeClock, createFakeIds, createSeededRandom } from '../../support/fakes/clock.ts';
import { createCreditBook } from '../../support/fakes/credit-book.ts';
import { createFakeDispatchStore } from '../../support/fakes/dispatch-store.ts';
import { createFakeFingerprints } from '../../support/fakes/fingerprints.ts';
import { createFakeImages } from '../../support/fakes/images.ts';
import { createFakePermissions } from '../../support/fakes/permissions.ts';
import { createFakeFiles } from '../../support/fakes/prepared-files.ts';
import { createFakeQueues, type QueueRecord } from '../../support/fakes/queues.ts';
import { createFakeSchedules } from '../../support/fakes/schedules.ts';
import { createFakeTenants } from '../../support/fakes/tenants.ts';
import type { PipelinePorts } from '../../support/fakes/world.ts';
import { advertiser, sender } from '../../support/fakes/world.ts';
import { Agenda } from './agenda.ts';
import { Faults } from './faults.ts';
import { OptOutNumbers } from './opt-out-numbers.ts';
import { beginningOf, rulesOf, settingsOf } from './rules.ts';
import { Standings } from './standings.ts';
import { Trace } from './trace.ts';

export const owners: readonly OwnerId[] = ['ten_01HZZZZZZZZZZZZZZZZZZZZZZA', 'ten_01HZZZZZZZZZZZZZZZZZZZZZZB'];

/** The ports of every use case there is, over one memory. */
export type Ports = PipelinePorts &
  RunCampaignPorts &
  CreateCampaignPorts &
  PublishPorts &
  UnpublishPorts &
  DeleteCampaignPorts & { readonly permissions: PermissionStore };

export type World = ReturnType<typeof createWorld>;

/** Everything the pipeline talks to, in memory, driven by one seed. */
export function createWorld(seed: number, keepLines: number) {
  const clock = createFakeClock();
  const random = createSeededRandom(seed);
  const rules = new Map(owners.map((owner) => [owner, rulesOf(random)]));
  const advertises = random.chance(0.6);
  if (advertises) clock.to(beginningOf(random, rules.get(owners[0]!)!, clock.now()));
  const startMs = clock.now();
  const credits = createCreditBook();
  const dispatches = createFakeDispatchStore(credits);
  const batches = createFakeBatchStore();
  const files = createFakeFiles();
  const queues = createFakeQueues(clock, (record) => world.onPut(record));
  const schedules = createFakeSchedules(clock);
  const carrier = createFakeCarrier(clock);
  // A small limit also cuts small batches, so that few recipients are many batches
  carrier.messagesPerSecond = random.chance(0.5) ? 2 + random.below(12) : null;
  const tenants = createFakeTenants(clock);
  for (const owner of owners) {
    tenants.put(tenantOf(owner), 'active');
    tenants.approve(tenantOf(owner), sender);
  }
  const standings = new Standings();
  const optOutNumbers = new OptOutNumbers(tenants, standings);
  owners.forEach((owner, i) => {
    optOutNumbers.open(owner, `08012345${i}1`);
    if (random.chance(0.3)) optOutNumbers.open(owner, `08012345${i}2`);
  });
  const settings = new Map(owners.map((owner) => [tenantOf(owner), settingsOf(rules.get(owner)!)]));
  const raised: Parameters<Alarms['raise']>[0][] = [];
  const broken: string[] = [];
  const trace = new Trace(keepLines);
  const agenda = new Agenda(clock, random);
  const campaigns = createFakeCampaignStore(dispatches);
  const permissions = createFakePermissions();
  const ports: Ports = {
    dispatches,
    campaigns,
    campaignQueue: queues,
    batches,
    releases: createFakeReleaseStore(),
    rows: files.rows,
    files: files.files,
    lists: files.lists,
    numbers: files.numbers,
    queues,
    schedules,
    uploads: {
      find: async (_owner, id) => {
        const upload = dispatches.uploads.get(id);
        return upload ? { ...upload, expiresAtMs: Number.MAX_SAFE_INTEGER } : null;
      },
    },
    tenants: {
      ...tenants,
      charactersOf: async () => 'refuse',
      sendingRulesOf: async (owner) => ({
        ...settings.get(tenantOf(owner))!,
        // Every request has a text of its own: nothing repeats anything, whatever is claimed again
        duplicateBlockMinutes: owner === owners[1] ? 60 : 0,
      }),
      advertiserOf: async () => advertiser,
    },
    images: createFakeImages(),
    permissions,
    fingerprints: createFakeFingerprints(),
    carriers: { of: () => carrier, nameOf: () => carrier.name, messagesPerSecond: () => carrier.messagesPerSecond },
    accounts: createFakeCarrierAccounts(),
    balances: credits,
    events: dispatches.events,
    alarms: { raise: (alarm) => void raised.push(alarm) },
    log: { info: () => {}, warn: () => {} },
    time: clock,
    patience: { wait: (ms) => agenda.sleep(Math.ceil(ms)) },
    ids: createFakeIds(),
    randomness: random,
    priceVersion: currentPrices.version,
  };
  const world = {
    seed,
    clock,
    random,
    agenda,
    faults: new Faults(random),
    trace,
    credits,
    dispatches,
    campaigns,
    permissions,
    batches,
    files,
    queues,
    schedules,
    carrier,
    tenants,
    /** What each tenant decided, and the 080 numbers it has. */
    rules,
    optOutNumbers,
    /** Whether somebody advertises in this life. */
    advertises,
    standings,
    raised,
    ports,
    /** Sentences, one for each promise that was seen broken. */
    broken,
    breaks(sentence: string): void {
      world.note(`BROKEN ${sentence}`);
      broken.push(sentence);
    },
    note: (line: string) => trace.note(`${clock.now() - startMs} ${line}`),
    /** Since when nothing goes wrong any more. */
    peaceSinceMs: Number.POSITIVE_INFINITY,
    /** Dispatches that somebody wanted canceled. */
    unwanted: new Set<string>(),
    /** Hears of every cancel that was answered, and with what. */
    onCanceled: (_dispatch: Dispatch): void => {},
    /** Hears of every record that is put into a queue. */
    onPut: (_record: QueueRecord): void => {},
  };
  return world;
}
