import { bytesMaxOf, bytesMaxOfRequested, subjectBytesMax } from '../../content/message-type.ts';
import type { RenderedMessage, SkippedMessage } from '../../content/render.ts';
import type { Recipient } from './recipient.ts';
import type { RuleRecord } from './ruling.ts';
import { alwaysAsked, type Teller } from './teller.ts';

/** What became of the text, told by the very function that makes it. */

type Text = RenderedMessage | SkippedMessage | null;

function whyNoText(text: Text): string {
  switch (text?.skip) {
    case 'missing_variable':
      return text.variable === '' ? 'Nothing is left to say' : `There is no value for ${text.variable}`;
    case 'unsendable_character':
      return `No Korean carrier takes ${text.characters.map(({ character }) => character).join(' ')}`;
    case 'too_long':
      if (text.bytes === null) return 'A value grew longer than any text may be';
      return text.subjectBytes === undefined
        ? `The text has ${text.bytes} bytes`
        : `The subject has ${text.subjectBytes} bytes, and may have ${subjectBytesMax}`;
    default:
      return 'By what is known today, the text could go';
  }
}

function lengthOf({ dispatch }: Recipient, text: Text): RuleRecord | null {
  if (text?.skip === null) {
    const { type, bytes } = text;
    return { kind: 'length', type, bytes, bytesMax: bytesMaxOf(type), subjectBytes: null };
  }
  if (text?.skip !== 'too_long') return null;
  const bytesMax = bytesMaxOfRequested(dispatch.message.type);
  return { kind: 'length', type: null, bytes: text.bytes, bytesMax, subjectBytes: text.subjectBytes ?? null };
}

export const variables: Teller = {
  notAsked: alwaysAsked,
  passed: () => 'Every variable has a value',
  left: ({ text }) => whyNoText(text),
  record: ({ text }) => (text?.skip === 'missing_variable' ? { kind: 'variable', variable: text.variable } : null),
};

export const characters: Teller = {
  notAsked: alwaysAsked,
  passed: () => 'Carriers take every character',
  left: ({ text }) => whyNoText(text),
  record: ({ dispatch, text }) => ({
    kind: 'characters',
    policy: dispatch.message.characters,
    unsendable: text?.skip === 'unsendable_character' ? text.characters : [],
  }),
};

export const length: Teller = {
  notAsked: alwaysAsked,
  passed: ({ text }) => (text?.skip === null ? `${text.bytes} bytes, sent as ${text.type}` : 'It is short enough'),
  left: ({ text }) => whyNoText(text),
  record: (recipient) => lengthOf(recipient, recipient.text),
};

export const advertisementParts: Teller = {
  notAsked: ({ dispatch }) => (dispatch.message.advertisement ? null : 'It is no advertisement'),
  passed: () => 'The text says that it is an advertisement, whose, and how to refuse it for free',
  left: () => 'The text lacks a part of an advertisement',
  record: ({ dispatch: { message } }) => message.advertisement && { kind: 'advertisement', ...message.advertisement },
};

export const textForSend: Teller = {
  notAsked: alwaysAsked,
  passed: () => 'Made once more for the carrier: it is what was quoted',
  left: (recipient) => whyNoText(recipient.textForSend),
  record: (recipient) => lengthOf(recipient, recipient.textForSend),
};
