import { describe, expect, it } from 'vitest';
import { listNotices } from '../../../shared/domain/notices/list-notices.ts';
import type { NoticeStore } from '../../../shared/domain/notices/ports.ts';
import type { SendNoticesPorts } from '../../../shared/domain/notices/send-notices.ts';
import { latestDueMs, noticeKinds } from '../../../shared/domain/permissions/due.ts';
import { Interleaver } from '../../support/fakes/interleaver.ts';
import { Crash, watchPorts } from '../../support/fakes/watched.ts';
import { createWorld, owner, type World } from '../../support/fakes/world.ts';
import { allDue, digitsOf, e164Of, say, tell, tellings } from './notice-world.ts';

const day = 86_400_000;
const people = 5;
const schedules = 100;

/** Several calls tell people while these go on changing their minds, and processes end anywhere. Then calls that live. */
async function raced(seed: number, begin: (world: World) => NoticeStore['begin'] = ({ notices }) => notices.begin) {
  const world = createWorld({ seed });
  const { random, clock } = world;
  const ports: SendNoticesPorts = { ...world.noticePorts, notices: { ...world.notices, begin: begin(world) } };
  const turns = new Interleaver(random);
  const perishable = () => {
    let dead = false;
    return watchPorts(ports, async () => {
      await turns.turn();
      dead ||= random.chance(0.01);
      if (dead) throw new Crash();
    });
  };
  const kind = () => noticeKinds[random.below(2)]!;
  const telling = async () => {
    const named = random.chance(0.5) ? [e164Of(random.below(people)), e164Of(random.below(people))] : null;
    await tell(world, { kind: kind(), numbers: named }, perishable());
  };
  const looking = async () => {
    const query = { fromMs: 0, untilMs: latestDueMs(clock.now()), after: null, limit: 10 };
    await listNotices(perishable(), owner, kind(), random.chance(0.5), query);
  };
  const changing = async () => {
    await turns.turn();
    const old = { marketing: true, consentAtMs: clock.now() - (715 + random.below(30)) * day } as const;
    const words = [{ optedOut: true }, { optedOut: false }, { marketing: false }, old, old];
    await say(world, random.below(people), words[random.below(words.length)]!);
  };
  const untilItDies = (work: () => Promise<void>) => () =>
    work().catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
  for (let moment = 0; moment < 80; moment++) {
    if (turns.running < 6) turns.begin(untilItDies([telling, telling, looking, changing, changing][random.below(5)]!));
    // Never the same time twice, so that every word is another
    clock.advance(1 + random.below(random.chance(0.1) ? 40_000 : 500));
    for (let step = random.below(40); step > 0; step--) await turns.step();
  }
  await turns.finish();
  clock.advance(31_000);
  const results = [];
  for (const one of noticeKinds) results.push((await tell(world, { kind: one }, ports)).kind);
  return { world, results };
}

/** Words of which somebody was told twice. */
async function twice(world: World): Promise<readonly string[]> {
  const keys = (await tellings(world)).map((one) => [one.digits, one.fact, one.saidAtMs, one.dueAtMs].join());
  return keys.filter((key, n) => keys.indexOf(key) !== n);
}

describe('calls that tell people at the same time', () => {
  it(`tell nobody twice and forget nobody, in ${schedules} random schedules`, async () => {
    const first = Number(process.env.SEED ?? 1);
    const count = process.env.SEED ? 1 : schedules;
    let told = 0;
    for (let seed = first; seed < first + count; seed++) {
      const { world, results } = await raced(seed);
      const where = `SEED=${seed}`;
      expect(await twice(world), where).toEqual([]);
      for (const result of results) expect(['sent', 'nothing_due'], where).toContain(result);
      // Reconfirmations that are due in two years stay
      const soon = world.permissions.all(owner).filter(({ said }) => said !== null && said.told === null);
      expect(soon, where).toEqual([]);
      const all = await tellings(world);
      expect(world.notices.toldOf(owner), where).toHaveLength(all.length);
      expect(await world.notices.round(owner), where).toBeNull();
      told += all.length;
      expect(
        allDue(world).every((digits) => Number(digits) < Number(digitsOf(people))),
        where,
      ).toBe(true);
    }
    if (count > 1) expect(told).toBeGreaterThan(count * 3);
  });

  it('would be seen to tell somebody twice if a round were begun over one that was made', async () => {
    let caught = 0;
    for (let seed = 1; seed <= schedules && caught === 0; seed++) {
      const { world } = await raced(seed, ({ notices }) => async (of, _, round) => {
        return notices.begin(of, await notices.round(of), round);
      });
      caught = (await twice(world)).length;
    }
    expect(caught).toBeGreaterThan(0);
  });
});
