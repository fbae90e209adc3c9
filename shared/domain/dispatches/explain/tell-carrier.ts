import type { MessageView } from '../message-view.ts';
import type { RowStatus } from '../row-status.ts';
import type { Recipient } from './recipient.ts';
import type { RuleRecord } from './ruling.ts';
import { type Told, toldAs } from './teller.ts';

/** What the carrier said, to the call and later: no rules of ours, but what decides in the end. */

const recordOf = (view: MessageView): RuleRecord => ({
  kind: 'carrier',
  carrier: view.carrier,
  submittedAtMs: view.submittedAtMs,
});

/** Nobody reports on a call that was refused, also where the refusal came too late to be the first thing known. */
const wasTaken = ({ placed }: Recipient) => placed.kind === 'b' && placed.batch.carrierId !== null;

export function carrierTold(recipient: Recipient): Told {
  const { result, notYet, placed } = recipient;
  const { view } = placed;
  const record = recordOf(view);
  switch (result?.status) {
    case 'submitted':
    case 'no_report':
    case 'delivered':
      return toldAs('passed', 'The carrier took it', record);
    case 'failed':
      if (wasTaken(recipient)) return toldAs('passed', 'The carrier took it', record);
      return toldAs('failed', 'The carrier refused it', record, view.code);
    case 'refused':
      return toldAs('failed', 'The carrier refused it', record, view.code);
    case 'unclear':
      return toldAs(
        'unclear',
        'The carrier never answered the call: what it took is looked for in its own list',
        record,
      );
    case 'unresolved':
      return toldAs(
        'failed',
        'The carrier never answered the call, and nothing showed that it took it',
        record,
        view.code,
      );
    default:
      return toldAs('not_reached', notYet);
  }
}

const afterAll: Readonly<Record<Extract<RowStatus, 'refused' | 'unclear' | 'unresolved'>, string>> = {
  refused: 'Nothing went out, so nothing is reported',
  unclear: 'Whether anything will be reported is as unclear as what became of the call',
  unresolved: 'Nothing is known to have gone out, so nothing is reported',
};

export function reportTold(recipient: Recipient): Told {
  const { result, notYet, placed } = recipient;
  const { settledAtMs, code } = placed.view;
  const record: RuleRecord | null = settledAtMs === null ? null : { kind: 'report', atMs: settledAtMs };
  switch (result?.status) {
    case 'delivered':
      return toldAs('passed', 'The phone has it', record);
    case 'failed':
      if (!wasTaken(recipient)) return toldAs('not_reached', afterAll.refused);
      return toldAs('failed', 'It did not reach the phone', record, code);
    case 'submitted':
      return toldAs('waits', 'The carrier has not told yet what became of it');
    case 'no_report':
      return toldAs('unclear', 'The carrier never told what became of it');
    case 'refused':
    case 'unclear':
    case 'unresolved':
      return toldAs('not_reached', afterAll[result.status]);
    default:
      return toldAs('not_reached', notYet);
  }
}
