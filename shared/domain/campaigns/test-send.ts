import type { DispatchRequest } from '../dispatches/create-dispatch.ts';
import type { Message } from '../dispatches/dispatch.ts';
import { compiledContentOf } from '../dispatches/renderer.ts';
import {
  type SendMessagesPorts,
  type SendMessagesResult,
  type Sent,
  sendMessages,
} from '../dispatches/send-messages.ts';
import type { Remember } from '../idempotency/idempotency.ts';
import { numberColumns } from '../recipients/number-column.ts';
import type { Campaign } from './campaign.ts';

/** To whom, and with which values: the same for all of them. */
export interface TestSend {
  readonly to: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

export type TestSendResult =
  | SendMessagesResult
  /** The text uses variables for which neither a value was given nor a default is there. */
  | { readonly kind: 'missing_variables'; readonly names: readonly string[] };

/**
 * Sends the campaign's message now to a few numbers of the customer's own, as it would look to a recipient. It is
 * charged, and no part of the campaign's results; nobody's consent is asked.
 */
export async function sendTest(
  ports: SendMessagesPorts,
  campaign: Campaign,
  { to, variables }: TestSend,
  remember: Remember<Sent>,
): Promise<TestSendResult> {
  const { id: campaignId, owner, name, message, tags } = campaign;
  const names = missingVariables(message, variables);
  if (names.length > 0) return { kind: 'missing_variables', names };
  const request: DispatchRequest = {
    name,
    message,
    tags,
    campaignId,
    purpose: 'test',
    confirm: 'auto',
    onShortfall: 'reject',
    schedule: null,
    split: null,
    externalId: null,
  };
  const recipients = to.map((number) => ({ to: number, variables }));
  return sendMessages(ports, owner, request, recipients, remember);
}

function missingVariables(message: Message, variables: TestSend['variables']): readonly string[] {
  const given = new Set(numberColumns);
  for (const [name, value] of Object.entries(variables)) if (value !== '') given.add(name.normalize('NFC'));
  // They are the same whatever becomes of characters; under the most lenient rule the send says what is refused
  return compiledContentOf({ ...message, characters: 'replace', advertisement: 'undecided' }).required.filter(
    (name) => !given.has(name),
  );
}
