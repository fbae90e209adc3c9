import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { type SkipReason, skipReasons } from '../../../shared/contracts/codes.ts';
import {
  indexOf,
  pipelineRules,
  type RuleName,
  ruleOf,
  type Stage,
} from '../../../shared/domain/dispatches/rules/pipeline-rules.ts';
import type { InlineRecipient } from '../../../shared/domain/recipients/inline-list.ts';
import { explained } from '../../support/fakes/explained.ts';
import { recipientsOf, requestOf, sending } from '../../support/fakes/sends.ts';
import { createWorld, optOutNumber, owner, type World } from '../../support/fakes/world.ts';
import { validateCsv } from '../uploads/validation-harness.ts';

const minute = 60_000;

/** The rules of a stage of which a recipient can break two at once, in the order of the table. */
const rulesOf = (stage: Stage, names: readonly RuleName[]) =>
  pipelineRules.filter((one) => one.stage === stage && names.includes(one.rule));

/** Every two of them, the earlier one first. */
const pairs = (rules: readonly { readonly rule: RuleName }[]) =>
  rules.flatMap((first, i) => rules.slice(i + 1).map((second) => [first.rule, second.rule] as const));

describe('the table of rules', () => {
  it('knows one rule for every reason, or one on each side of the batches', () => {
    const used = Object.keys(skipReasons).filter((reason) => reason !== 'fatigue') as SkipReason[];
    for (const reason of used) {
      const sides = (['excluded', 'batch'] as const).filter((where) => {
        try {
          return ruleOf(reason, where) >= 0;
        } catch {
          return false;
        }
      });
      expect(sides.length, reason).toBeGreaterThan(0);
      for (const where of sides) {
        const index = ruleOf(reason, where);
        expect(index < indexOf('hold/credits'), reason).toBe(where === 'excluded');
        expect(pipelineRules[index]?.reasons, reason).toContain(reason);
        const side = pipelineRules.filter((_, at) => at < indexOf('hold/credits') === (where === 'excluded'));
        expect(
          side.filter(({ reasons }) => (reasons as readonly string[]).includes(reason)),
          reason,
        ).toHaveLength(1);
      }
    }
    expect(() => ruleOf('insufficient_credits', 'excluded')).toThrow();
  });

  it('is the one that the documentation shows', () => {
    const page = readFileSync('docs/architecture.md', 'utf8');
    const shown = [...page.matchAll(/^\| (\w+) \| (\w+) \| (.*) \|$/gm)].map(([, stage, rule, reasons = '']) => ({
      ...{ stage, rule },
      reasons: [...reasons.matchAll(/`(\w+)`/g)].map(([, reason]) => reason),
    }));
    const stages = new Set<string | undefined>(pipelineRules.map(({ stage }) => stage));
    expect(shown.filter(({ stage }) => stages.has(stage))).toEqual(pipelineRules);
  });
});

describe('of two rules that would leave somebody out, the earlier in the table decides', () => {
  describe('at intake', () => {
    const names = ['cells', 'number', 'required_values', 'unique'] as const;
    // What is no number cannot be there twice
    const possible = pairs(rulesOf('intake', names)).filter((two) => two.join() !== 'number,unique');
    it.each(possible)('%s before %s', async (first, second) => {
      const broken = new Set<RuleName>([first, second]);
      const number = broken.has('number') ? '010-12' : '01020000001';
      const row = [number, broken.has('required_values') ? '' : 'Kim', ...(broken.has('cells') ? ['more'] : [])];
      const { rejected } = await validateCsv(`phoneNumber,name\n01020000001,Kim\n${row.join(',')}\n`, {
        requiredColumns: ['name'],
      });
      // A row that repeats the number is there in all of them
      const [, reason] = rejected[0] as readonly [number, SkipReason];
      expect(pipelineRules[ruleOf(reason, 'excluded')]?.rule).toBe(first);
    });
  });

  describe('at prepare', () => {
    const names = ['country', 'permission', 'variables', 'characters', 'length'] as const;
    it.each(pairs(rulesOf('prepare', names)))('%s before %s', async (first, second) => {
      const world = createWorld();
      const broken = new Set<RuleName>([first, second]);
      const digits = broken.has('country') ? '14155550100' : '821020000000';
      if (broken.has('permission')) {
        await world.permissions.change(owner, digits, { source: 'api', optedOut: true }, world.clock.now());
      }
      const a = `${broken.has('characters') ? '☃' : 'a'}${broken.has('length') ? '가'.repeat(1_000) : ''}`;
      const one: InlineRecipient = { to: `+${digits}`, variables: { a, b: broken.has('variables') ? '' : 'b' } };
      const { id } = await sending(world, [one, { to: '01020000009', variables: { a: 'a', b: 'b' } }], {
        campaignId: 'cmp_01HZZZZZZZZZZZZZZZZZZZZZZZ',
        message: { ...requestOf().message, text: '{{ a }} {{ b }}' },
      });
      expect(await excludedBy(world, id)).toEqual([`prepare/${first}`]);
    });
  });

  describe('at sending', () => {
    let world: World;
    const morningMs = Date.parse('2026-11-21T11:00:00+09:00');
    const nightMs = Date.parse('2026-11-21T22:00:00+09:00');
    beforeEach(() => {
      world = createWorld();
      world.clock.to(morningMs);
      world.optOutNumbers.push({ number: optOutNumber, businessName: 'x' });
    });
    const says = (i: number, said: object) =>
      world.permissions.change(owner, `8210${20_000_000 + i}`, { source: 'api', ...said }, world.clock.now());

    const names = ['sender_number', 'opt_out_number', 'permission', 'night_window'] as const;
    it.each(pairs(rulesOf('sending', names)))('%s before %s', async (first, second) => {
      const broken = new Set<RuleName>([first, second]);
      await says(0, { marketing: true, night: true });
      await says(1, { marketing: true, night: true }); // so that it is not refused as a whole
      const { id } = await sending(world, recipientsOf(2), {
        message: { ...requestOf().message, advertisement: { optOutNumber: null, addParts: true } },
        schedule: { atMs: broken.has('night_window') ? nightMs : morningMs + 30 * minute },
      });
      world.clock.advance(minute);
      if (broken.has('sender_number')) world.tenants.approved = false;
      if (broken.has('opt_out_number')) world.optOutNumbers.length = 0;
      if (broken.has('permission')) await says(0, { optedOut: true });
      if (broken.has('night_window')) await says(0, { night: false });
      await world.run(nightMs + 30 * minute);
      expect((await excludedBy(world, id))[0]).toBe(`sending/${first}`);
    });
  });
});

const excludedBy = async (world: World, id: Parameters<typeof explained>[1]) =>
  (await explained(world, id)).flatMap(({ rules }) =>
    rules.filter(({ outcome }) => outcome === 'excluded').map(({ stage, rule }) => `${stage}/${rule}`),
  );
