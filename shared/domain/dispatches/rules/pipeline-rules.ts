import type { SkipReason } from '../../../contracts/codes.ts';

/** Where a message is when a rule is asked about it. */
export const stages = ['intake', 'prepare', 'hold', 'sending', 'carrier'] as const;
export type Stage = (typeof stages)[number];

/**
 * Every rule that a message passes on its way, in the order in which they are asked, with the reasons for which each
 * leaves a recipient out: the first that does decides. Permissions are asked twice: what was allowed when the list was
 * prepared may not be so any more when it is sent.
 */
export const pipelineRules = [
  { stage: 'intake', rule: 'cells', reasons: ['too_many_cells'] },
  { stage: 'intake', rule: 'number', reasons: ['missing_number', 'invalid_number'] },
  { stage: 'intake', rule: 'required_values', reasons: ['missing_value'] },
  { stage: 'intake', rule: 'unique', reasons: ['duplicate_number'] },
  { stage: 'prepare', rule: 'erased', reasons: ['erased'] },
  { stage: 'prepare', rule: 'country', reasons: ['foreign_number'] },
  { stage: 'prepare', rule: 'permission', reasons: ['opted_out', 'consent_denied'] },
  { stage: 'prepare', rule: 'variables', reasons: ['missing_variable'] },
  { stage: 'prepare', rule: 'characters', reasons: ['unsendable_character'] },
  { stage: 'prepare', rule: 'length', reasons: ['too_long'] },
  // Leaves nobody out alone: an advertisement without a part fails as a whole
  { stage: 'prepare', rule: 'advertisement_parts', reasons: [] },
  { stage: 'hold', rule: 'credits', reasons: ['insufficient_credits'] },
  { stage: 'sending', rule: 'sender_number', reasons: ['sender_not_approved'] },
  { stage: 'sending', rule: 'opt_out_number', reasons: ['opt_out_number_not_open'] },
  { stage: 'sending', rule: 'text', reasons: ['missing_variable', 'unsendable_character', 'too_long'] },
  { stage: 'sending', rule: 'erased', reasons: ['erased'] },
  { stage: 'sending', rule: 'permission', reasons: ['opted_out', 'consent_denied'] },
  { stage: 'sending', rule: 'night_window', reasons: ['night_window'] },
  { stage: 'sending', rule: 'duplicate_content', reasons: ['duplicate_content'] },
  { stage: 'carrier', rule: 'carrier', reasons: [] },
  { stage: 'carrier', rule: 'report', reasons: [] },
] as const satisfies readonly { stage: Stage; rule: string; reasons: readonly SkipReason[] }[];

export type PipelineRule = (typeof pipelineRules)[number];
export type RuleName = PipelineRule['rule'];

/** Rules by what is unique about them: `permission` is there twice. */
export type RuleKey = { [R in PipelineRule as `${R['stage']}/${R['rule']}`]: R };
export const keyOf = ({ stage, rule }: PipelineRule) => `${stage}/${rule}` as keyof RuleKey;

const indexes = new Map(pipelineRules.map((rule, index) => [keyOf(rule), index]));

/** The place of a rule in the order. */
export const indexOf = (key: keyof RuleKey): number => indexes.get(key)!;

/** Those that decide before any credits are held: whom they leave out never gets into a batch. */
const untilBatch = indexOf('hold/credits');

/**
 * The place of the rule that a reason comes from. `where`: whether the recipient was left out of the batches or in one,
 * which tells apart what is asked twice. Throws on a reason that no rule there gives.
 */
export function ruleOf(reason: SkipReason, where: 'excluded' | 'batch'): number {
  const index = pipelineRules.findIndex(
    ({ reasons }, place) =>
      (reasons as readonly SkipReason[]).includes(reason) && place < untilBatch === (where === 'excluded'),
  );
  if (index < 0) throw new Error(`No rule leaves anybody out as ${reason} there`);
  return index;
}
