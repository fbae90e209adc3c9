import type { SkipReason } from '../../contracts/codes.ts';
import type { OwnerId } from '../../contracts/ids.ts';
import type { MessageType } from '../carriers/carrier.ts';
import { type Advertisement, advertisementMark, optOutLineOf } from '../content/advertisement.ts';
import { type BoundContent, bindContent, type ContentProblem } from '../content/content.ts';
import { pricesOfVersion } from '../content/prices.ts';
import { renderRow, type UnsendableInMessage } from '../content/render.ts';
import { aboutOf, type Dispatch, type Message } from '../dispatches/dispatch.ts';
import { judgedMessage, type MessageTenants, type OptOutNumberRefusal } from '../dispatches/judged-message.ts';
import { type PartMissing, partMissing } from '../dispatches/part-missing.ts';
import type { Tenants, Time } from '../dispatches/ports.ts';
import { compiledContentOf, contentProblemsOf } from '../dispatches/renderer.ts';
import { reasonOfNumber } from '../dispatches/rules/about-number.ts';
import { permissionsOf } from '../permissions/list-permissions.ts';
import type { PermissionStore } from '../permissions/ports.ts';
import { type InlineRecipient, inlineListOf } from '../recipients/inline-list.ts';
import { isNumberColumn } from '../recipients/number-column.ts';
import type { RecipientRow } from '../recipients/recipient-list.ts';
import { crossing, missingVariables, type SmsCrossing } from './weights.ts';

/** What one recipient would get, and what it would cost. */
export interface Preview {
  /** Why a send would leave this recipient out; null: it would not. */
  readonly reason: SkipReason | null;
  readonly type: MessageType | null;
  readonly subject: string | null;
  readonly text: string | null;
  /** Of the text, in CP949; null where there is no finished text, or none short enough to be weighed. */
  readonly bytes: number | null;
  readonly credits: number;
  /** Variables that the content uses, in order of first use. */
  readonly variables: readonly string[];
  /** Those that have neither a value nor a default. */
  readonly missing: readonly string[];
  /** Characters that no carrier takes, where they are what stands in the way, and where they would be. */
  readonly unsendable: readonly UnsendableInMessage[];
  readonly crossing: SmsCrossing | null;
  readonly cp949Only: boolean;
  /** What the text says because it is an advertisement; null: it is none. */
  readonly advertisement: {
    readonly mark: string;
    readonly advertiserName: string;
    readonly optOutLine: string;
  } | null;
}

export interface PreviewPorts {
  readonly tenants: MessageTenants & Pick<Tenants, 'sendingRulesOf'>;
  readonly permissions: Pick<PermissionStore, 'readMany'>;
  readonly time: Time;
  readonly priceVersion: string;
}

/** Stands in for the number of a recipient that nobody named. */
export const sampleNumber = '01023456789';

/**
 * Shows what a message becomes for a recipient: by the rules, the characters and the renderer of a send, so that what is
 * shown is what would be sent at an hour of the day. Nothing is written, held or sent.
 *
 * @param recipient `asksNobody`: the number is made up, or the service is not what sends the text
 */
export async function previewMessage(
  ports: PreviewPorts,
  owner: OwnerId,
  message: Message,
  { asksNobody, ...recipient }: InlineRecipient & { readonly asksNobody: boolean },
): Promise<
  | ({ readonly kind: 'preview' } & Preview)
  | { readonly kind: 'content'; readonly problems: readonly ContentProblem[] }
  | OptOutNumberRefusal
  | PartMissing
> {
  const snapshot = await judgedMessage(ports, owner, message);
  if ('kind' in snapshot) return snapshot;
  const problems = contentProblemsOf(snapshot);
  if (problems.length > 0) return { kind: 'content', problems };
  const compiled = compiledContentOf(snapshot);
  const { variables } = compiled;
  const { columns, rows, rejected } = inlineListOf([withEveryColumn(recipient, variables)]);
  const content = bindContent(compiled, columns, ports.time.now());
  const [row] = rows;
  if (!row) return { kind: 'preview', ...leftOut(rejected[0]?.[1] as SkipReason, variables) };
  const exclude = asksNobody ? null : await excluding(ports, owner, snapshot, row[1]);
  const reason = reasonOfNumber(row[1].startsWith('82'), Number(row[1]), exclude);
  if (reason !== null) return { kind: 'preview', ...leftOut(reason, variables) };
  const made = renderRow(content, row);
  if (made.skip === 'advertisement_part_missing') return partMissing(row, made);
  return { kind: 'preview', ...shown(made, content, row, variables, ports.priceVersion) };
}

/** What the recipient allowed and refused, as the first send of this message would ask it. */
async function excluding(ports: PreviewPorts, owner: OwnerId, message: Dispatch['message'], digits: string) {
  const { permissionRules: rules } = await ports.tenants.sendingRulesOf(owner);
  const about = aboutOf({ purpose: 'send', campaignId: null, message });
  const { exclude } = await permissionsOf(ports.permissions, { owner, about, rules, night: false }, [digits]);
  return exclude;
}

/** A value left out is an empty one: as text of its own, a default could not be told from what stands around it. */
function withEveryColumn({ to, variables: given }: InlineRecipient, used: readonly string[]): InlineRecipient {
  const empty = used.filter((name) => !isNumberColumn(name)).map((name) => [name, ''] as const);
  return { to, variables: { ...Object.fromEntries(empty), ...given } };
}

function shown(
  message: Exclude<ReturnType<typeof renderRow>, { readonly skip: 'advertisement_part_missing' }>,
  content: BoundContent,
  row: RecipientRow,
  variables: readonly string[],
  priceVersion: string,
): Preview {
  switch (message.skip) {
    case null: {
      const { type, subject, text, bytes, cp949Only } = message;
      const credits = pricesOfVersion(priceVersion).credits[type];
      const over = crossing(content, row, bytes);
      const advertisement = content.advertisement && partsOf(content.advertisement);
      return {
        ...nothing,
        ...{ type, subject, text, bytes, cp949Only, credits, variables, advertisement },
        crossing: over,
      };
    }
    case 'missing_variable': {
      const missing = new Set([...missingVariables(content, row), message.variable]);
      return { ...leftOut('missing_variable', variables), missing: [...missing].filter((name) => name !== '') };
    }
    case 'unsendable_character':
      return { ...leftOut('unsendable_character', variables), unsendable: message.characters };
    case 'too_long': {
      const { bytes } = message;
      const over = bytes === null ? null : crossing(content, row, bytes);
      return { ...leftOut('too_long', variables), bytes, crossing: over };
    }
  }
}

const nothing: Preview = {
  ...{ reason: null, type: null, subject: null, text: null, bytes: null, credits: 0 },
  ...{ variables: [], missing: [], unsendable: [], crossing: null, cp949Only: false, advertisement: null },
};
const leftOut = (reason: SkipReason, variables: readonly string[]): Preview => ({ ...nothing, reason, variables });

const partsOf = (advertisement: Advertisement): NonNullable<Preview['advertisement']> => ({
  mark: advertisementMark,
  advertiserName: advertisement.advertiser,
  optOutLine: optOutLineOf(advertisement),
});
