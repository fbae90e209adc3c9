import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import {
  firstMessage,
  listMessages,
  type MessageFilter,
  messageAt,
} from '../../../shared/domain/dispatches/list-messages.ts';
import { startDispatch } from '../../../shared/domain/dispatches/start-dispatch.ts';
import { failedOf, skippedOf } from '../../../shared/domain/dispatches/totals.ts';
import { delivered, failed } from '../../support/fakes/carrier.ts';
import { numberOf, ready, recipientsOf, sending } from '../../support/fakes/sends.ts';
import { createWorld, type World } from '../../support/fakes/world.ts';

const all: MessageFilter = { status: null, code: null };
const lookingAt = ({ batches, files }: World) => ({ batches, rows: files.rows });

/** Every message, page by page. */
async function listed(world: World, dispatch: Dispatch, filter = all, limit = 7) {
  const items = [];
  for (let from = firstMessage, pages = 0; pages < 1_000; pages++) {
    const page = await listMessages(lookingAt(world), world.dispatch(dispatch.id), filter, from, limit, false);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    if (page.next === null) return items;
    from = page.next;
  }
  throw new Error('The list never ends');
}

/** 30 recipients: some foreign, one twice, one invalid, every fourth an LMS; some fail, some are never reported. */
async function mixed(world: World) {
  world.carrier.fateOfMessage = (to) => (to.endsWith('1') ? failed : to.endsWith('2') ? [] : delivered);
  const recipients = [
    ...recipientsOf(26, (i) => i % 4 === 0),
    { to: '+14155550123', variables: { name: 'Ann' } },
    { to: numberOf(3), variables: { name: 'Again' } },
    { to: '010-12', variables: { name: 'Short' } },
    { to: '+447700900123', variables: { name: 'Bob' } },
  ];
  return ready(world, recipients, { onShortfall: 'partial' });
}

describe('the messages of a dispatch', () => {
  it('are every recipient once, counted as the dispatch counts them, at any page size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 5, max: 60 }), async (limit, credits) => {
        const world = createWorld({ credits });
        const dispatch = await mixed(world);
        await startDispatch(world.ports, dispatch, { maxCredits: null, remember: null });
        await world.runFor(60_000);
        const messages = await listed(world, dispatch, all, limit);
        expect(messages.map(({ row }) => row).sort((a, b) => a - b)).toEqual(
          Array.from({ length: 30 }, (_, i) => i + 1),
        );
        const { totals } = world.dispatch(dispatch.id);
        const count = (status: string) => messages.filter((message) => message.status === status).length;
        expect(count('delivered')).toBe(totals.delivered);
        expect(count('submitted')).toBe(totals.submitted);
        expect(count('skipped')).toBe(skippedOf(totals));
        expect(count('failed')).toBe(failedOf(totals));
        const spent = messages.reduce((sum, { credits: cost }) => sum + cost, 0);
        expect(spent).toBe(totals.credits.captured - totals.credits.refunded);
      }),
      { numRuns: 25 },
    );
  });

  it('pass a filter exactly as they would without it', async () => {
    const world = createWorld({ credits: 20 });
    const dispatch = await mixed(world);
    await startDispatch(world.ports, dispatch, { maxCredits: null, remember: null });
    await world.runFor(60_000);
    const everyone = await listed(world, dispatch);
    for (const status of ['planned', 'skipped', 'canceled', 'submitted', 'delivered', 'failed', 'unknown'] as const) {
      const some = await listed(world, dispatch, { status, code: null }, 3);
      expect(some.map(({ row }) => row)).toEqual(everyone.filter((one) => one.status === status).map(({ row }) => row));
    }
    for (const code of ['foreign_number', 'insufficient_credits', 'duplicate_number', 'invalid_number'] as const) {
      const some = await listed(world, dispatch, { status: null, code }, 2);
      expect(some.map(({ row }) => row)).toEqual(
        everyone.filter(({ reason }) => reason === code).map(({ row }) => row),
      );
      expect(some.length).toBeGreaterThan(0);
    }
  });

  it('carry a mark of whether they reached somebody, and pass a filter by it', async () => {
    const world = createWorld({ credits: 20 });
    const dispatch = await mixed(world);
    expect(await listed(world, dispatch, { ...all, mark: 'announced' })).toEqual([]);
    await startDispatch(world.ports, dispatch, { maxCredits: null, remember: null });
    await world.runFor(60_000);
    const everyone = await listed(world, dispatch);
    for (const mark of ['announced', 'withdrawn'] as const) {
      const some = await listed(world, dispatch, { ...all, mark }, 2);
      const statuses = mark === 'announced' ? ['submitted', 'delivered', 'unknown'] : ['failed'];
      expect(some.map(({ row }) => row)).toEqual(
        everyone.filter(({ status }) => statuses.includes(status)).map(({ row }) => row),
      );
      expect(some.every((one) => one.mark === mark)).toBe(true);
      expect(some.length).toBeGreaterThan(0);
    }
  });

  it('that were never sent are planned before, and canceled after a cancel', async () => {
    const world = createWorld();
    const dispatch = await ready(world);
    expect((await listed(world, dispatch)).map(({ status }) => status)).toEqual(['planned', 'planned', 'planned']);
    world.dispatches.seed({ ...dispatch, state: 'canceled', completedAtMs: world.clock.now() });
    expect((await listed(world, dispatch)).map(({ status }) => status)).toEqual(['canceled', 'canceled', 'canceled']);
  });

  it('never settle before they were submitted, though pages know whole seconds', async () => {
    const world = createWorld();
    world.clock.advance(777);
    world.carrier.fateOfMessage = () => [{ afterMs: 1, status: 'delivered' }];
    const dispatch = await sending(world);
    await world.run();
    for (const { submittedAtMs, settledAtMs } of await listed(world, dispatch)) {
      expect(settledAtMs).toBeGreaterThanOrEqual(submittedAtMs ?? Number.POSITIVE_INFINITY);
    }
  });

  it('are found at their place, with the text that was sent; and nothing is found where none is', async () => {
    const world = createWorld();
    const dispatch = await sending(world);
    await world.run();
    const now = world.dispatch(dispatch.id);
    expect(await messageAt(lookingAt(world), now, { kind: 'b', block: 0, row: 1 })).toMatchObject({
      text: 'Kim hello',
      row: 2,
    });
    expect(await messageAt(lookingAt(world), now, { kind: 'b', block: 0, row: 3 })).toBeNull();
    expect(await messageAt(lookingAt(world), now, { kind: 'b', block: 1, row: 0 })).toBeNull();
    expect(await messageAt(lookingAt(world), now, { kind: 'x', block: 0, row: 0 })).toBeNull();
  });
});
