import type { OwnerId, UploadId } from '../../../shared/contracts/ids.ts';
import type { DispatchRequest } from '../../../shared/domain/dispatches/create-dispatch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import type { InlineRecipient } from '../../../shared/domain/recipients/inline-list.ts';
import type { RecipientRow } from '../../../shared/domain/recipients/recipient-list.ts';
import { numberOf, requestOf } from '../../support/fakes/sends.ts';
import { sender } from '../../support/fakes/world.ts';
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
  /** What each number (E.164) is to read. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Whether a dispatch came of this wish. */
export const isOf = ({ message, purpose }: Pick<Dispatch, 'message' | 'purpose'>, { request }: Wish): boolean =>
  message.text === request.message.text && purpose === request.purpose;

const minuteMs = 60_000;

/** When a send is to go, if not at once: soon, some time, or weeks from now. */
function scheduleOf({ random, clock }: World): DispatchRequest['schedule'] {
  if (random.chance(0.45)) return null;
  const spanMs = random.chance(0.6) ? 6 * minuteMs : random.chance(0.8) ? 120 * minuteMs : 40 * 1_440 * minuteMs;
  return { atMs: clock.now() + 20_000 + random.below(spanMs) };
}

function splitOf({ random }: World, recipients: number): DispatchRequest['split'] {
  if (recipients < 2 || random.chance(0.5)) return null;
  return {
    count: 2 + random.below(Math.min(3, recipients - 1)),
    intervalMinutes: 1 + random.below(random.chance(0.8) ? 4 : 90),
  };
}

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
  const way = ways[random.below(ways.length)]!;
  const auth = way !== 'campaign' && random.chance(0.12);
  const words = auth ? `${tag} 인증번호` : tag;
  const texts = new Map<string, string>();
  for (const { to, variables } of recipients) {
    const number = `+82${to.slice(1)}`;
    if (!texts.has(number)) texts.set(number, `${variables.name} ${words}`);
  }
  const request = requestOf({
    confirm: way !== 'messages' && random.chance(0.5) ? 'manual' : 'auto',
    onShortfall: random.chance(0.5) ? 'partial' : 'reject',
    message: {
      type: auth ? 'auth' : 'auto',
      from: sender,
      subject: null,
      text: `{{ name }} ${words}`,
      variables: [],
      images: [],
      advertisement: null,
    },
    schedule: scheduleOf(world),
    split: way === 'messages' ? null : splitOf(world, recipients.length),
  });
  const uploadId: UploadId = `upl_01${String(n).padStart(24, '0')}`;
  const accepted = way === 'upload' ? rowsOf(recipients).length : recipients.length;
  return { tag, accepted, owner: owners[random.below(owners.length)]!, way, uploadId, request, recipients, texts };
}

/** A test of a campaign: its message to a number of the marketer's own. */
export function testWishOf(wish: Wish, number: string): Wish {
  const to = `+82${number.slice(1)}`;
  return {
    ...wish,
    tag: `${wish.tag}-test`,
    request: { ...wish.request, purpose: 'test' },
    accepted: 1,
    texts: new Map([[to, `Tester ${wish.tag}`]]),
  };
}

/** The rows that validation makes of a file of these recipients. */
export const rowsOf = (recipients: readonly InlineRecipient[]): readonly RecipientRow[] =>
  recipients
    .map(({ to, variables }, i): RecipientRow => [i + 1, `82${to.slice(1)}`, variables.name ?? ''])
    .filter(([, digits], i, all) => digits.length > 8 && all.findIndex((row) => row[1] === digits) === i);
