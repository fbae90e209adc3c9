import { keyOf, type PipelineRule, pipelineRules, type RuleKey } from '../rules/pipeline-rules.ts';
import type { Recipient } from './recipient.ts';
import type { Ruling } from './ruling.ts';
import { carrierTold, reportTold } from './tell-carrier.ts';
import { cells, number, requiredValues, unique } from './tell-intake.ts';
import { nightWindow, permissionAtPrepare, permissionAtSending } from './tell-permission.ts';
import { country, credits, duplicateContent, erased, optOutNumber, senderNumber } from './tell-sending.ts';
import { advertisementParts, characters, length, textForSend, variables } from './tell-text.ts';
import { type Teller, type Told, toldAs } from './teller.ts';

/** Who tells of each rule. */
const tellers: Readonly<Record<keyof RuleKey, Teller | ((recipient: Recipient) => Told)>> = {
  'intake/cells': cells,
  'intake/number': number,
  'intake/required_values': requiredValues,
  'intake/unique': unique,
  'prepare/erased': erased,
  'prepare/country': country,
  'prepare/permission': permissionAtPrepare,
  'prepare/variables': variables,
  'prepare/characters': characters,
  'prepare/length': length,
  'prepare/advertisement_parts': advertisementParts,
  'hold/credits': credits,
  'sending/sender_number': senderNumber,
  'sending/opt_out_number': optOutNumber,
  'sending/text': textForSend,
  'sending/erased': erased,
  'sending/permission': permissionAtSending,
  'sending/night_window': nightWindow,
  'sending/duplicate_content': duplicateContent,
  'carrier/carrier': carrierTold,
  'carrier/report': reportTold,
};

/** Every rule in the order in which they are asked, with what each said about one recipient. */
export const rulesTold = (recipient: Recipient): readonly Ruling[] =>
  pipelineRules.map((rule, index) => {
    const teller = tellers[keyOf(rule)];
    const told = typeof teller === 'function' ? teller(recipient) : ruleTold(recipient, teller, rule, index);
    return { stage: rule.stage, rule: rule.rule, ...told };
  });

function ruleTold(recipient: Recipient, teller: Teller, { rule }: PipelineRule, index: number): Told {
  const { left, passed, notYet, result, waitsUntilMs } = recipient;
  if (left?.index === index) {
    return toldAs('excluded', teller.left(recipient, left.reason), teller.record(recipient), left.reason);
  }
  const notAsked = teller.notAsked(recipient);
  if (notAsked !== null) return toldAs('not_asked', notAsked, teller.rules?.(recipient) ?? null);
  if (index < passed && !isBesideTheText(recipient, rule)) {
    return toldAs('passed', teller.passed(recipient), teller.record(recipient));
  }
  if (result?.status === 'unclear' || result?.status === 'unresolved') return toldAs('unclear', notYet);
  if (rule === 'night_window' && waitsUntilMs !== null) return toldAs('waits', notYet, teller.record(recipient));
  return toldAs('not_reached', notYet);
}

/** What outgrows all bounds while it is put together is never looked at otherwise. */
const isBesideTheText = ({ text }: Recipient, rule: PipelineRule['rule']): boolean =>
  text?.skip === 'too_long' && text.bytes === null && (rule === 'variables' || rule === 'characters');
