import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import { createDispatch, type DispatchRequest } from '../../../shared/domain/dispatches/create-dispatch.ts';
import type { Ruling } from '../../../shared/domain/dispatches/explain/ruling.ts';
import { startDispatch } from '../../../shared/domain/dispatches/start-dispatch.ts';
import type { PermissionChange } from '../../../shared/domain/permissions/permission.ts';
import type { CallFate } from '../../support/fakes/carrier.ts';
import { contradictions, explained } from '../../support/fakes/explained.ts';
import { numberOf, requestOf } from '../../support/fakes/sends.ts';
import { createWorld, optOutNumber, owner, type World } from '../../support/fakes/world.ts';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const people = 4;
const digitsOf = (i: number) => `82${numberOf(i).slice(1)}`;

const kinds = ['informational', 'campaign', 'advertisement', 'auth', 'test'] as const;
function requestAs(kind: (typeof kinds)[number]): Partial<DispatchRequest> {
  const { message } = requestOf();
  const campaignId = 'cmp_01HZZZZZZZZZZZZZZZZZZZZZZZ' as const;
  switch (kind) {
    case 'informational':
      return {};
    case 'campaign':
      return { campaignId };
    case 'advertisement':
      return { message: { ...message, advertisement: { optOutNumber: null, addParts: true } } };
    case 'auth':
      return { message: { ...message, type: 'auth', text: '인증 {{ name }}' } };
    case 'test':
      return { campaignId, purpose: 'test' };
  }
}

const number = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: people - 1 }).map(numberOf) },
  { weight: 1, arbitrary: fc.constantFrom('+14155550100', '010-12', '') },
);
const names = fc.oneof(
  { weight: 6, arbitrary: fc.constant('Kim') },
  { weight: 1, arbitrary: fc.constantFrom('', 'K☃m', '가'.repeat(60), '가'.repeat(1_000)) },
);
const change = fc.record({
  of: fc.integer({ min: 0, max: people - 1 }),
  source: fc.constantFrom('api' as const, 'call' as const, 'import' as const),
  says: fc.constantFrom<Omit<PermissionChange, 'source'>>(
    { optedOut: true },
    { optedOut: false },
    { marketing: true },
    { marketing: true, night: true },
    { marketing: true, night: false },
    { marketing: false, night: null },
    { marketing: null },
  ),
});
/** What happens one after another once the dispatch was made; each so long after what came before. */
const event = fc.record({
  afterMs: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: minute }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 * hour }) },
  ),
  what: fc.oneof(
    { weight: 8, arbitrary: change },
    {
      weight: 2,
      arbitrary: fc.constantFrom('start' as const, 'cancel' as const, 'lose_sender' as const, 'close_number' as const),
    },
  ),
});
const plan = fc.record({
  kind: fc.constantFrom(...kinds, 'campaign' as const, 'advertisement' as const, 'advertisement' as const),
  informationalToOptedOut: fc.constantFrom('send' as const, 'exclude' as const),
  unknownConsent: fc.constantFrom('warn' as const, 'exclude' as const),
  policy: fc.constantFrom('fail' as const, 'wait' as const),
  duplicateBlockMinutes: fc.constantFrom(0, 30),
  recipients: fc.array(fc.record({ to: number, name: names }), { minLength: 1, maxLength: 9 }),
  credits: fc.constantFrom(1_000, 1_000, 1_000, 4, 2),
  startsAtHour: fc.integer({ min: 0, max: 23 }),
  inMinutes: fc.constantFrom(null, 1, 1, 300, 700),
  intervalMinutes: fc.constantFrom(null, 5, 240),
  confirm: fc.constantFrom('manual' as const, 'auto' as const, 'auto' as const),
  before: fc.array(change, { maxLength: 5 }),
  events: fc.array(event, { maxLength: 10 }),
  fates: fc.array(
    fc.constantFrom<CallFate>(
      'accept',
      'accept',
      'accept',
      'refuse',
      'taken_then_timeout',
      'dropped_before',
      'throttled',
    ),
    { minLength: 1, maxLength: 4 },
  ),
  reports: fc.array(fc.constantFrom('delivered' as const, 'failed' as const, 'none' as const), { minLength: 1 }),
  /** Whether people change their minds while it is being read what they said. */
  hasty: fc.boolean(),
});
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

function worldOf(planned: Plan): World {
  const world = createWorld({ credits: planned.credits });
  world.optOutNumbers.push({ number: optOutNumber, businessName: 'x' });
  world.rules.informationalToOptedOut = planned.informationalToOptedOut;
  world.rules.unknownConsent = planned.unknownConsent;
  world.tenants.night = { ...world.tenants.night, policy: planned.policy };
  world.tenants.duplicateBlockMinutes = planned.duplicateBlockMinutes;
  world.clock.advance(planned.startsAtHour * hour);
  let calls = 0;
  world.carrier.fateOfCall = () => planned.fates[calls++ % planned.fates.length] ?? 'accept';
  world.carrier.fateOfMessage = (to) => {
    const status = planned.reports[Number(to.slice(-1)) % planned.reports.length];
    return status === 'none' || status === undefined ? [] : [{ afterMs: 1_000, status }];
  };
  return world;
}

it('the rules tell of every recipient what was decided, whenever one asks, and on what', async () => {
  const seen = { excluded: new Set<string>(), records: 0 };
  await fc.assert(
    fc.asyncProperty(plan, async (planned) => {
      const world = worldOf(planned);
      const says = async ({ of, source, says: said }: (typeof planned.before)[number]) => {
        await world.permissions.change(owner, digitsOf(of), { source, ...said }, world.clock.now());
        world.clock.advance(1);
      };
      for (const one of planned.before) await says(one);
      const split = planned.intervalMinutes === null ? null : { count: 2, intervalMinutes: planned.intervalMinutes };
      const request = requestOf({
        ...requestAs(planned.kind),
        ...{ confirm: planned.confirm, onShortfall: 'partial' },
        schedule: planned.inMinutes === null ? null : { atMs: world.clock.now() + planned.inMinutes * minute },
        split: planned.recipients.length > 1 ? split : null,
      });
      const list = planned.recipients.map(({ to, name }) => ({ to, variables: { name } }));
      const created = await createDispatch(world.ports, owner, request, { list }, null);
      if (created.kind !== 'created') return;
      const { id } = created.dispatch;

      // What each rule really had before it when it decided
      const versions = async () =>
        await readMany(
          owner,
          Array.from({ length: people }, (_, i) => digitsOf(i)),
        );
      const { readMany } = world.permissions;
      const readLast = new Map<string, number>();
      const wishes = planned.hasty ? [...planned.before] : [];
      world.permissions.readMany = async (...args) => {
        const wish = wishes.pop();
        if (wish && args[1].length < people) await says(wish);
        world.clock.advance(planned.hasty ? 1_500 : 0);
        const found = await readMany(...args);
        for (const digits of args[1]) readLast.set(digits, found.get(digits)?.version ?? 0);
        if (wish) await says({ ...wish, says: { marketing: true } });
        return found;
      };
      const readAtPrepare = await versions();
      for (const record of world.queues.due()) if (record.work.queue === 'prepare') await world.receive(record);

      const ask = async () => {
        for (const one of await explained(world, id)) {
          expect(contradictions(one)).toEqual([]);
          const digits = one.view.to!.replace('+', '');
          for (const ruling of one.rules) {
            if (ruling.outcome === 'excluded') seen.excluded.add(`${ruling.stage}/${ruling.rule}`);
            const version = versionOf(ruling);
            if (version === null || planned.hasty) continue;
            const isPrepare = ruling.stage === 'prepare';
            expect(version).toBe(isPrepare ? (readAtPrepare.get(digits)?.version ?? 0) : readLast.get(digits));
            seen.records++;
          }
        }
      };
      await ask();
      for (const { afterMs, what } of planned.events) {
        await world.run(world.clock.now() + afterMs);
        world.clock.advance(1);
        const dispatch = world.dispatch(id);
        if (typeof what === 'object') await says(what);
        else if (what === 'start') await startDispatch(world.ports, dispatch, { maxCredits: null, remember: null });
        else if (what === 'cancel') await cancelDispatch(world.ports, dispatch, 'requested');
        else if (what === 'lose_sender') world.tenants.approved = false;
        else world.optOutNumbers.length = 0;
        await ask();
      }
      await startDispatch(world.ports, world.dispatch(id), { maxCredits: null, remember: null });
      await world.runFor(4 * day);
      await ask();
      const { totals } = world.dispatch(id);
      const rows = world.dispatch(id).prepared ? await explained(world, id) : [];
      const skipped = rows.filter(({ rules }) => rules.some(({ outcome }) => outcome === 'excluded'));
      const excluded = Object.values(totals.skippedBy).reduce((sum, n) => sum + n, 0);
      if (rows.length > 0) expect(skipped).toHaveLength(excluded);
    }),
    { numRuns: 150 },
  );
  // It would prove little if hardly anything were ever left out
  expect(seen.excluded.size).toBeGreaterThanOrEqual(7);
  expect(seen.records).toBeGreaterThan(100);
}, 60_000);

/** Of which version of a permission a record is; 0: of none. Null: it is not about one, or was not read. */
function versionOf({ record, rule }: Ruling): number | null {
  if (record?.kind !== 'permission' || rule !== 'permission' || record.said === null) return null;
  if (record.said === 'unknown') throw new Error('It is not known what it relied on');
  return record.said === 'nothing' ? 0 : record.said.after.version;
}
