import { expect, test } from 'vitest';
import { isOver } from '../../../shared/domain/imports/row-import.ts';
import { createSeededRandom, type SeededRandom } from '../../support/fakes/clock.ts';
import { Interleaver } from '../../support/fakes/interleaver.ts';
import { createImportWorld, digitsOf, type ImportWorld, owner } from './import-world.ts';

const people = 12;
const kinds = ['consents', 'opt_outs'] as const;

/** What somebody says through the API, at this very time. */
async function say({ permissions, clock }: ImportWorld, random: SeededRandom): Promise<void> {
  const marketing = [true, false, null][random.below(3)]!;
  const change = random.chance(0.5)
    ? { optedOut: random.chance(0.5) }
    : { marketing, night: marketing, evidence: random.chance(0.5) ? 'said' : null };
  await permissions.change(owner, digitsOf(random.below(people)), { source: 'api', ...change }, clock.now());
}

/** Steps of an import at once, killed and repeated anywhere, while people speak; then everything goes on by itself. */
async function scramble(seed: number) {
  const random = createSeededRandom(seed);
  const world = createImportWorld();
  const rows = Array.from({ length: 1_100 }, (_, n): [number, ...string[]] => {
    const at = random.chance(0.3) ? '2026-11-20' : '';
    return n < people ? [n, random.chance(0.5) ? 'Y' : 'N', at] : [n + 1_000, '', ''];
  });
  // Some lie in other blocks than the rest
  rows.push(...rows.splice(0, 5));
  world.validated(['marketing', 'at'], rows);
  for (let i = 0; i < 10; i++) await say(world, random);
  world.clock.advance(1_000);
  const made = await world.asked({ kind: kinds[seed % 2]! });
  world.clock.advance(1_000);

  const interleaver = new Interleaver(random);
  const step = world.stepOf(made, interleaver, random);
  for (let i = 0; i < 4; i++) {
    interleaver.begin(step);
    interleaver.begin(async () => {
      for (let said = 0; said < 6; said++) {
        await interleaver.turn();
        await say(world, random);
      }
    });
  }
  await interleaver.finish();
  await world.runFor(20 * 60_000);
  return { world, made: world.now(made) };
}

test.each(Array.from({ length: 60 }, (_, i) => i + 1))(
  'whatever people say meanwhile is the last word, and no row is lost (seed %i)',
  async (seed) => {
    const { world, made } = await scramble(seed);
    expect([made.state, isOver(made), made.done, made.changed + made.unchanged]).toEqual([
      'completed',
      true,
      1_100,
      1_100,
    ]);
    for (let n = 0; n < people; n++) {
      const history = await world.entries(n);
      const imported = history.filter(({ source }) => source === 'import');
      expect([n, imported.length]).toSatisfy(([, times]) => (times as number) <= 1);
      const [entry] = imported;
      if (!entry) continue;
      expect(entry.after.importId).toBe(made.id);
      // What was said since the import was asked for, before its row was read
      const before = history.find(({ after }) => after.version === entry.after.version - 1)?.after;
      const { consentsAtMs = null, cameBackAtMs = null } = before ?? {};
      const laterMs = made.kind === 'consents' ? consentsAtMs : cameBackAtMs;
      expect([n, laterMs ?? 0]).toSatisfy(([, ms]) => (ms as number) <= made.createdAtMs);
    }
  },
);
