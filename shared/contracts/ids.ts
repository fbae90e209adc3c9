import * as z from 'zod';

/** Ids carry their kind: a ULID behind a typed prefix, so that one kind cannot pass as another. */
const ulid = '[0-7][0-9A-HJKMNP-TV-Z]{25}';
const id = <P extends string>(prefix: P) =>
  z.templateLiteral([
    `${prefix}_`,
    z.string().regex(new RegExp(`^${ulid}$`)),
  ]) as unknown as z.ZodType<`${P}_${string}`>;

export const tenantIdShape = id('ten');
export const keyIdShape = id('key');
export const uploadIdShape = id('upl');
export const dispatchIdShape = id('dsp');
export const campaignIdShape = id('cmp');
export const templateIdShape = id('tpl');
export const categoryIdShape = id('cat');
export const optOutNumberIdShape = id('opt');
export const imageSetIdShape = id('img');
export const importIdShape = id('imp');
export const contactIdShape = id('con');
export const phoneCheckIdShape = id('chk');
export const eventIdShape = id('evt');
export const operatorKeyIdShape = id('opk');
export const auditIdShape = id('aud');
export type TenantId = `ten_${string}`;
export type KeyId = `key_${string}`;
export type UploadId = `upl_${string}`;
export type DispatchId = `dsp_${string}`;
export type QuoteId = `quo_${string}`;
export type EventId = `evt_${string}`;
export type CampaignId = `cmp_${string}`;
export type TemplateId = `tpl_${string}`;
export type CategoryId = `cat_${string}`;
export type OptOutNumberId = `opt_${string}`;
/** Never shown: a place where copies of images lie. */
export type ImageSetId = `img_${string}`;
export type ImportId = `imp_${string}`;
export type ContactId = `con_${string}`;
export type PhoneCheckId = `chk_${string}`;
export type AuditId = `aud_${string}`;
/** A stored key of an operator. */
export type OperatorKeyId = `opk_${string}`;

export const modes = ['live', 'test'] as const;
export type Mode = (typeof modes)[number];

/**
 * A tenant in one mode: what every balance, upload and dispatch belongs to, so that live and test data never meet.
 * The live owner is the tenant's id itself; the test owner has `.test` behind it.
 */
export type OwnerId = TenantId | `${TenantId}.test`;
export const ownerIdShape = z.string().regex(new RegExp(`^ten_${ulid}(\\.test)?$`)) as unknown as z.ZodType<OwnerId>;
export const ownerOf = (tenant: TenantId, mode: Mode): OwnerId => (mode === 'live' ? tenant : `${tenant}.test`);
export const tenantOf = (owner: OwnerId): TenantId => owner.replace(/\.test$/, '') as TenantId;
export const modeOf = (owner: OwnerId): Mode => (owner.endsWith('.test') ? 'test' : 'live');

/**
 * A message's place: in a batch of its dispatch (`b`), or among the recipients left out at prepare (`x`, in blocks).
 * `block` counts from 0, `row` is the position inside the block, from 0.
 */
export interface MessagePlace {
  readonly dispatchId: DispatchId;
  readonly kind: 'b' | 'x';
  readonly block: number;
  readonly row: number;
}
export type MessageId = `msg_${string}`;
const messageIdPattern = new RegExp(`^msg_(${ulid})([bx])(0|[1-9][0-9]{0,5})r(0|[1-9][0-9]{0,2})$`);
export const messageIdShape = z.string().regex(messageIdPattern) as unknown as z.ZodType<MessageId>;

/** A message id says where the message lies, so reading one needs no look-up table. */
export const messageIdOf = (place: MessagePlace): MessageId =>
  `msg_${place.dispatchId.slice(4)}${place.kind}${place.block}r${place.row}`;

/** The place a message id says, or null if it is none of ours. */
export function placeOfMessage(messageId: string): MessagePlace | null {
  const match = messageIdPattern.exec(messageId);
  if (!match) return null;
  return { dispatchId: `dsp_${match[1]}`, kind: match[2] as 'b' | 'x', block: Number(match[3]), row: Number(match[4]) };
}
