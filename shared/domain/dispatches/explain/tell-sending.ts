import type { Recipient } from './recipient.ts';
import type { RuleRecord } from './ruling.ts';
import { alwaysAsked, type Teller } from './teller.ts';

/** What is asked of a whole dispatch or batch: its country, its credits, its numbers. */

export const erased: Teller = {
  notAsked: alwaysAsked,
  passed: () => 'The person had not been deleted since the recipients were listed',
  left: () => 'The person was deleted after the recipients were listed',
  record: () => null,
};

export const country: Teller = {
  notAsked: alwaysAsked,
  passed: () => 'The number is Korean',
  left: () => 'Messages go to Korean numbers alone',
  record: ({ placed: { view } }) => (view.to === null ? null : { kind: 'number', number: view.to }),
};

export const credits: Teller = {
  notAsked: alwaysAsked,
  passed: () => 'Its credits were held',
  left: ({ dispatch }) => `There were credits for the rows up to ${dispatch.cut?.row ?? 0}`,
  record({ dispatch, placed }): RuleRecord | null {
    if (placed.kind === 'x') return null;
    const { row } = placed.view;
    return { kind: 'credits', row, credits: placed.batch.priceCredits, lastRow: dispatch.cut?.row ?? null };
  },
};

export const senderNumber: Teller = {
  notAsked: alwaysAsked,
  passed: () => 'The sender number was approved when it was sent',
  left: () => 'The sender number was approved no longer when it was to be sent',
  record: ({ dispatch }) => ({ kind: 'number', number: dispatch.message.from }),
};

const optOutNumberOf = ({ dispatch }: Recipient) => dispatch.message.advertisement?.optOutNumber ?? null;

export const optOutNumber: Teller = {
  notAsked: (recipient) => (optOutNumberOf(recipient) === null ? 'Only advertisements say an opt-out number' : null),
  passed: () => 'The opt-out number was open when it was sent',
  left: () => 'The opt-out number was open no longer when it was to be sent',
  record(recipient): RuleRecord | null {
    const number = optOutNumberOf(recipient);
    return number === null ? null : { kind: 'number', number };
  },
};

export const duplicateContent: Teller = {
  notAsked: ({ dispatch }) =>
    dispatch.duplicateBlockMinutes === 0 ? 'Nothing was set to keep the same message from going twice' : null,
  passed: () => 'The same message had not gone to this number shortly before',
  left: () => 'The same message had gone to this number shortly before',
  record: ({ dispatch, repeatedOf }) => ({
    kind: 'duplicate',
    blockMinutes: dispatch.duplicateBlockMinutes,
    dispatchId: repeatedOf,
  }),
};
