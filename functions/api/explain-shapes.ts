import * as z from 'zod';
import { dispatchIdShape, uploadIdShape } from '../../shared/contracts/ids.ts';
import { characterPolicies } from '../../shared/domain/content/characters.ts';
import { outcomes, type RuleRecord, type Ruling, type Said } from '../../shared/domain/dispatches/explain/ruling.ts';
import { pipelineRules, type RuleName, stages } from '../../shared/domain/dispatches/rules/pipeline-rules.ts';
import { abouts, informationalRules, unknownConsentRules } from '../../shared/domain/permissions/why-not.ts';
import { korea, nightPolicies } from '../../shared/domain/times/night-window.ts';
import { failCodes, oneShape, skipCodes } from './message-shapes.ts';
import { wallClock } from './night-settings.ts';
import { changeShape, shownChange } from './permission-shapes.ts';
import { shownTime, shownTimeOrNull, timeShape } from './shapes.ts';

/** How the rules are answered that decided about a message. */

const ruleNames = [...new Set(pipelineRules.map(({ rule }) => rule))] as [RuleName, ...RuleName[]];
const count = z.int().min(0);

const saidMembers = {
  change: changeShape.nullable().meta({
    description: 'The last that this person had said when the rule was asked; null: nothing, unless `known` is false',
  }),
  known: z.boolean().meta({ description: 'Whether it can be told what had been said when the rule was asked' }),
};

const recordShape = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('row'),
      row: count,
      uploadId: uploadIdShape.nullable().meta({ description: 'null: the recipients were given in the call' }),
      column: z.string().nullable().meta({ description: 'The column at fault' }),
      firstRow: count.nullable().meta({ description: 'The row that has the number already' }),
    }),
    z.object({ kind: z.literal('number'), number: z.string() }),
    z.object({
      kind: z.literal('permission'),
      about: z.enum(abouts),
      informationalToOptedOut: z.enum(informationalRules),
      unknownConsent: z.enum(unknownConsentRules).meta({ description: 'Your settings when the dispatch was created' }),
      at: timeShape.nullable().meta({ description: 'When it was read; null: nobody was asked' }),
      ...saidMembers,
    }),
    z.object({ kind: z.literal('variable'), variable: z.string() }),
    z.object({
      kind: z.literal('characters'),
      policy: z.enum(characterPolicies),
      unsendable: z.array(z.object({ character: z.string(), position: count, in: z.enum(['text', 'subject']) })),
    }),
    z.object({
      kind: z.literal('length'),
      type: z.enum(['sms', 'lms', 'mms']).nullable().meta({ description: 'null: no type can carry it' }),
      bytes: count.nullable().meta({ description: 'null: more than could be counted' }),
      bytesMax: count,
      subjectBytes: count.nullable().meta({ description: 'Of a subject that is too long' }),
    }),
    z.object({ kind: z.literal('advertisement'), advertiserName: z.string(), optOutNumber: z.string() }),
    z.object({
      kind: z.literal('credits'),
      row: count,
      credits: count,
      lastRow: count.nullable().meta({ description: 'The last row that the credits covered; null: all' }),
    }),
    z.object({
      kind: z.literal('night'),
      policy: z.enum(nightPolicies),
      timeZone: z.string(),
      start: z.string().meta({ example: '20:00' }),
      end: z.string().meta({ example: '08:00' }),
      waveAt: timeShape.nullable().meta({ description: 'When its part of the dispatch was due' }),
      at: timeShape.nullable().meta({ description: 'When it was asked; null: not yet' }),
      opensAt: timeShape.nullable().meta({ description: 'When the night it fell into ended; null: it was day' }),
      ...saidMembers,
    }),
    z.object({
      kind: z.literal('duplicate'),
      blockMinutes: count,
      dispatchId: dispatchIdShape.nullable().meta({
        description:
          'Which dispatch the equal message was of; null: there was none, or the same message went once more since, ' +
          'so that it can no longer be told',
      }),
    }),
    z.object({ kind: z.literal('carrier'), carrier: z.string().nullable(), submittedAt: timeShape.nullable() }),
    z.object({ kind: z.literal('report'), at: timeShape }),
  ])
  .meta({ id: 'RuleRecord' });

const rulingShape = z
  .object({
    stage: z.enum(stages),
    rule: z.enum(ruleNames),
    outcome: z.enum(outcomes).meta({
      description:
        '`passed`; `excluded`: this rule left the recipient out; `failed`: the carrier did; `unclear`: nobody knows; `waits`: it is not decided yet; `not_asked`: it does not apply; `not_reached`: an earlier rule decided, or it has not come so far',
    }),
    reason: z.enum([...new Set([...skipCodes, ...failCodes])]).nullable(),
    message: z.string(),
    record: recordShape.nullable().meta({ description: 'What the rule relied on, as it was when it was asked' }),
  })
  .meta({ id: 'Ruling' });

export const explainedShape = oneShape.extend({ rules: z.array(rulingShape) }).meta({ id: 'ExplainedMessage' });

export const shownRules = (rules: readonly Ruling[]): z.input<typeof rulingShape>[] =>
  rules.map(({ record, ...ruling }) => ({ ...ruling, record: record && shownRecord(record) }));

const shownSaid = (said: Said | null) => ({
  change: said !== null && typeof said === 'object' ? shownChange(said) : null,
  known: said !== 'unknown',
});

function shownRecord(record: RuleRecord): z.input<typeof recordShape> {
  switch (record.kind) {
    case 'permission': {
      const { kind, about, rules, atMs, said } = record;
      return { kind, about, ...rules, at: shownTimeOrNull(atMs), ...shownSaid(said) };
    }
    case 'characters':
      return { ...record, unsendable: record.unsendable.map((one) => ({ ...one })) };
    case 'advertisement':
      return { kind: record.kind, advertiserName: record.advertiser, optOutNumber: record.optOutNumber };
    case 'night': {
      const { kind, policy, window, waveAtMs, atMs, opensAtMs, said } = record;
      const [start, end] = [wallClock(window.startMinute), wallClock(window.endMinute)];
      const times = {
        waveAt: shownTimeOrNull(waveAtMs),
        at: shownTimeOrNull(atMs),
        opensAt: shownTimeOrNull(opensAtMs),
      };
      return { kind, policy, timeZone: korea, start, end, ...times, ...shownSaid(said) };
    }
    case 'carrier':
      return { kind: record.kind, carrier: record.carrier, submittedAt: shownTimeOrNull(record.submittedAtMs) };
    case 'report':
      return { kind: record.kind, at: shownTime(record.atMs) };
    default:
      return record;
  }
}
