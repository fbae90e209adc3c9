import type { OwnerId, UploadId } from '../../../shared/contracts/ids.ts';
import type { DispatchRequest } from '../../../shared/domain/dispatches/create-dispatch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import type { InlineRecipient } from '../../../shared/domain/recipients/inline-list.ts';
import type { RecipientRow } from '../../../shared/domain/recipients/recipient-list.ts';
import { numberOf, requestOf } from '../../support/fakes/sends.ts';
import { advertiser, sender } from '../../support/fakes/world.ts';
import { nightlyTime } from './rules.ts';
import { owners, type World } from './world.ts';

/** What a customer wants sent. Every request has a text of its own, so that a handset's message says whose it is. */
export interface Wish {
  readonly tag: string;
  readonly owner: OwnerId;
  readonly way: 'dispatch' | 'messages' | 'upload' | 'campaign';
  readonly uploadId: UploadId;
  readonly request: DispatchRequest;
  readonly recipients: readonly InlineRecipient[];
  /** How many rows its dispatch has. */
  readonly accepted: number;
  /** Who may have it: that depends on what it is. */
  readonly kind: 'advertising' | 'informational' | 'auth' | 'test';
  readonly isAdvert: boolean;
  /** What somebody of a name reads, with a mark where an advertisement says its 080 number. */
  readonly shown: (name: string) => string;
  /** What each number (E.164) is to read. */
  readonly texts: ReadonlyMap<string, string>;
}

export const numberMark = '<080>';

/** Whether a dispatch came of this wish. */
export const isOf = ({ message, purpose }: Pick<Dispatch, 'message' | 'purpose'>, { request }: Wish): boolean =>
  message.text === request.message.text && purpose === request.purpose;

const minuteMs = 60_000;

/** When a send is to go, if not at once: soon, some time, or weeks from now. */
function scheduleOf({ random, clock, rules }: World, owner: OwnerId, isAdvert: boolean): DispatchRequest['schedule'] {
  if (random.chance(isAdvert ? 0.25 : 0.45)) return null;
  if (isAdvert && random.chance(0.7)) return { atMs: nightlyTime(random, rules, owner, clock.now()) };
  const spanMs = random.chance(0.6) ? 6 * minuteMs : random.chance(0.8) ? 120 * minuteMs : 40 * 1_440 * minuteMs;
  return { atMs: clock.now() + 20_000 + random.below(spanMs) };
}

function splitOf({ random }: World, recipients: number, isAdvert: boolean): DispatchRequest['split'] {
  if (recipients < 2 || random.chance(0.5)) return null;
  const longest = isAdvert && random.chance(0.4) ? 700 : 90;
  return {
    count: 2 + random.below(Math.min(3, recipients - 1)),
    intervalMinutes: 1 + random.below(random.chance(isAdvert ? 0.4 : 0.8) ? 4 : longest),
  };
}

type Written = Pick<DispatchRequest['message'], 'text' | 'advertisement'> & Pick<Wish, 'shown'>;

/** An advertisement: its parts are added, or it is written by hand, or something between. */
function advertOf({ random, optOutNumbers }: World, owner: OwnerId, words: string): Written {
  const numbers = optOutNumbers.of(owner);
  const number = numbers[random.below(numbers.length)]!;
  const optOutNumber = numbers.length > 1 || random.chance(0.5) ? number : null;
  const way = random.below(4);
  const [mark, line] = [`(광고)${advertiser}\n`, `\n무료수신거부 ${numberMark}`];
  const shown = (name: string) => `${mark}${name} ${words}${line}`;
  if (way === 0) {
    const text = `${mark}{{ name }} ${words}\n{{ optOutLine }}`;
    return { text, advertisement: { optOutNumber, addParts: random.chance(0.5) }, shown };
  }
  if (way === 1) {
    const text = `(광고) [${advertiser}] {{ name }} ${words} 무료거부: ${number}`;
    const advertisement = { optOutNumber: number, addParts: false };
    return { text, advertisement, shown: (name) => text.replace('{{ name }}', name) };
  }
  return { text: `{{ name }} ${words}`, advertisement: { optOutNumber, addParts: true }, shown };
}

const plainOf = (words: string): Written => ({
  text: `{{ name }} ${words}`,
  advertisement: null,
  shown: (name) => `${name} ${words}`,
});

const ways = [
  ...(['messages', 'messages', 'messages', 'dispatch', 'dispatch', 'dispatch'] as const),
  ...(['upload', 'campaign', 'campaign'] as const),
];

/** A few people, their numbers from the `first` on: some need an LMS, one may be no number, one may be there twice. */
export function peopleOf({ random }: World, first: number): readonly InlineRecipient[] {
  const recipients: InlineRecipient[] = [];
  const long = random.below(4);
  for (let i = 1 + random.below(9); i > 0; i--) {
    const to = random.chance(0.04) ? '0101' : numberOf(first + i - (random.chance(0.03) ? 1 : 0));
    recipients.push({ to, variables: { name: i % 4 === long ? '가'.repeat(60) : `Kim${i}` } });
  }
  return recipients;
}

/** A wish to write to these people; `n` tells it from others. */
export function wishOf(world: World, n: number, recipients: readonly InlineRecipient[]): Wish {
  const { random } = world;
  const tag = `q${n}`;
  const owner = owners[random.below(owners.length)]!;
  const way = ways[random.below(ways.length)]!;
  const isAdvert = world.advertises && random.chance(0.7);
  const auth = way !== 'campaign' && !isAdvert && random.chance(0.12);
  const words = auth ? `${tag} 인증번호` : tag;
  const { shown, ...written } = isAdvert ? advertOf(world, owner, words) : plainOf(words);
  const texts = new Map<string, string>();
  for (const { to, variables } of recipients) {
    const number = `+82${to.slice(1)}`;
    if (!texts.has(number)) texts.set(number, shown(variables.name ?? ''));
  }
  const request = requestOf({
    confirm: way !== 'messages' && random.chance(0.5) ? 'manual' : 'auto',
    onShortfall: random.chance(0.5) ? 'partial' : 'reject',
    message: {
      type: auth ? 'auth' : 'auto',
      from: sender,
      subject: null,
      variables: [],
      images: [],
      ...written,
    },
    schedule: scheduleOf(world, owner, isAdvert),
    split: way === 'messages' ? null : splitOf(world, recipients.length, isAdvert),
  });
  const uploadId: UploadId = `upl_01${String(n).padStart(24, '0')}`;
  const accepted = way === 'upload' ? rowsOf(recipients).length : recipients.length;
  const kind = isAdvert || way === 'campaign' ? 'advertising' : auth ? 'auth' : 'informational';
  return { tag, accepted, owner, way, uploadId, request, recipients, kind, isAdvert, shown, texts };
}

/** A test of a campaign: its message to a number of the marketer's own. */
export function testWishOf(wish: Wish, number: string): Wish {
  const to = `+82${number.slice(1)}`;
  return {
    ...wish,
    tag: `${wish.tag}-test`,
    request: { ...wish.request, purpose: 'test' },
    accepted: 1,
    kind: 'test',
    texts: new Map([[to, wish.shown('Tester')]]),
  };
}

/** The rows that validation makes of a file of these recipients. */
export const rowsOf = (recipients: readonly InlineRecipient[]): readonly RecipientRow[] =>
  recipients
    .map(({ to, variables }, i): RecipientRow => [i + 1, `82${to.slice(1)}`, variables.name ?? ''])
    .filter(([, digits], i, all) => digits.length > 8 && all.findIndex((row) => row[1] === digits) === i);
