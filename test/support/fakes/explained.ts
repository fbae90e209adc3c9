import type { DispatchId } from '../../../shared/contracts/ids.ts';
import { type Explained, explainRecipient } from '../../../shared/domain/dispatches/explain/explain-recipient.ts';
import type { Ruling } from '../../../shared/domain/dispatches/explain/ruling.ts';
import { firstMessage, listMessages, type MessagePosition } from '../../../shared/domain/dispatches/list-messages.ts';
import type { RuleKey } from '../../../shared/domain/dispatches/rules/pipeline-rules.ts';
import type { World } from './world.ts';

/** Every recipient of a dispatch with its rules; throws where the rules would decide otherwise than they did. */
export async function explained(world: World, id: DispatchId): Promise<readonly Explained[]> {
  const dispatch = world.dispatch(id);
  const places = new Map<string, MessagePosition[]>();
  const looking = { batches: world.batches, rows: world.files.rows };
  const any = { status: null, code: null };
  for (let from: MessagePosition | null = firstMessage; from !== null; ) {
    const page = await listMessages(looking, dispatch, any, from, 500, false);
    for (const { to, place } of page.items) if (to !== null) places.set(to, [...(places.get(to) ?? []), place]);
    from = page.next;
  }
  const strict = {
    info: () => {},
    warn: (message: string, facts: object) => {
      throw new Error(`${message}: ${JSON.stringify(facts)}`);
    },
  };
  const { permissions, fingerprints } = world;
  const asked = { permissions, fingerprints, looking, log: strict };
  const rows: Explained[] = [];
  for (const [, of] of places) {
    const found = await explainRecipient(asked, dispatch, of, world.clock.now());
    rows.push(...found.rows);
  }
  return rows.sort((a, b) => a.view.row - b.view.row);
}

/** What one rule said. */
export function ruling({ rules }: Explained, key: keyof RuleKey): Ruling {
  const found = rules.find(({ stage, rule }) => `${stage}/${rule}` === key);
  if (!found) throw new Error(`Nothing is told of ${key}`);
  return found;
}

/** What contradicts itself in an explanation, or the message it explains; a sentence for each. */
export function contradictions({ view, rules }: Explained): readonly string[] {
  const broken: string[] = [];
  const check = (holds: boolean, sentence: string) => {
    if (!holds) broken.push(`row ${view.row}: ${sentence}`);
  };
  const of = (outcome: Ruling['outcome']) => rules.filter((one) => one.outcome === outcome);
  const reasons = rules.flatMap(({ reason }) => (reason === null ? [] : [reason]));
  const [excluded, failed] = [of('excluded'), of('failed')];
  check(
    excluded.length === (view.status === 'skipped' ? 1 : 0),
    `${excluded.length} rules exclude a ${view.status} one`,
  );
  check(failed.length === (view.status === 'failed' ? 1 : 0), `${failed.length} rules fail a ${view.status} one`);
  check(
    reasons.join() === (view.reason ?? view.code ?? ''),
    `the rules say ${reasons}, the message ${view.reason ?? view.code}`,
  );
  if (view.status === 'delivered') {
    check(
      rules.every(({ outcome }) => outcome === 'passed' || outcome === 'not_asked'),
      'delivered in spite of a rule',
    );
  }
  const end = rules.findIndex(({ outcome }) => outcome === 'excluded' || outcome === 'failed');
  const behind = end < 0 ? [] : rules.slice(end + 1);
  check(
    behind.every(({ outcome }) => outcome === 'not_asked' || outcome === 'not_reached'),
    'a rule was asked after the end',
  );
  const first = rules.findIndex(({ outcome }) => outcome !== 'passed' && outcome !== 'not_asked');
  const later = first < 0 ? [] : rules.slice(first + 1).filter(({ outcome }) => outcome === 'passed');
  check(
    later.every(() => rules[first]?.rule === 'variables'),
    'a rule was passed after one that was not',
  );
  for (const { rule, message } of rules) check(message.trim().length > 5, `${rule} says nothing`);
  return broken;
}
