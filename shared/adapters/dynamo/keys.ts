import { auditPartitions } from '../../contracts/environment.ts';
import type {
  AuditId,
  CampaignId,
  ContactId,
  DispatchId,
  EventId,
  ImageSetId,
  ImportId,
  OperatorKeyId,
  OptOutNumberId,
  OwnerId,
  PhoneCheckId,
  TemplateId,
  TenantId,
  UploadId,
} from '../../contracts/ids.ts';
import { sweeperShards } from '../../contracts/limits.ts';

/** Where every item lies: the only file that knows key strings. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

const padded = (n: number, digits: number) => String(n).padStart(digits, '0');

/** Times inside keys are fixed-width UTC, so that they sort. */
export const timeKey = (atMs: number) => new Date(atMs).toISOString();

export const tenantKey = (tenant: TenantId): Key => ({ pk: `T#${tenant}`, sk: 'TENANT' });
/** All tenants, for the operator's list: one small partition, in order of id. */
export const tenantListKey = (tenant: TenantId): Key => ({ pk: 'TENANTS', sk: tenant });
export const settingsKey = (tenant: TenantId): Key => ({ pk: `T#${tenant}`, sk: 'SETTINGS' });
export const senderKey = (tenant: TenantId, number: string): Key => ({ pk: `T#${tenant}`, sk: `SENDER#${number}` });
/** Index keys of a sender number in the operator's list of those in its state, over all tenants. */
export const senderIndex = (state: string, changedAtMs: number, tenant: TenantId, number: string) => ({
  ownerPk: `SENDERS#${state}`,
  ownerSk: `${timeKey(changedAtMs)}#${tenant}#${number}`,
});
/** Which tenants have a number approved. */
export const senderLineKey = (number: string): Key => ({ pk: `SENDERNUMBER#${number}`, sk: 'TENANTS' });
/** A check of somebody's mobile number, and when the tenant's latest ones began. */
export const phoneCheckKey = (tenant: TenantId, id: PhoneCheckId): Key => ({
  pk: `T#${tenant}`,
  sk: `PHONECHECK#${id}`,
});
export const phoneCheckStartsKey = (tenant: TenantId): Key => ({ pk: `T#${tenant}`, sk: 'PHONECHECKS' });
/** What a tenant handed in to prove who it is, and what came of it. */
export const identityKey = (tenant: TenantId): Key => ({ pk: `T#${tenant}`, sk: 'IDENTITY' });
/** Index keys of an identity in the operator's list of those that stand like it. */
export const identityIndex = (state: string, submittedAtMs: number, tenant: TenantId) => ({
  ownerPk: `IDENTITIES#${state}`,
  ownerSk: `${timeKey(submittedAtMs)}#${tenant}`,
});
export const apiKeyKey = (sha256Hex: string): Key => ({ pk: `KEY#${sha256Hex}`, sk: 'KEY' });
/** A tenant's own list of its keys, by id, without the hash's partition. */
export const apiKeyListKey = (tenant: TenantId, keyId: string): Key => ({ pk: `T#${tenant}`, sk: `KEY#${keyId}` });

export const balanceKey = (owner: OwnerId): Key => ({ pk: `T#${owner}#CREDIT`, sk: 'BALANCE' });
export const ledgerKey = (owner: OwnerId, atMs: number, entryId: string): Key => ({
  pk: `T#${owner}#LEDGER#${timeKey(atMs).slice(0, 7)}`,
  sk: entryId,
});

export const uploadKey = (owner: OwnerId, id: UploadId): Key => ({ pk: `T#${owner}`, sk: `UPLOAD#${id}` });
/** Which owner an upload belongs to, for S3 keys that carry only the upload's id. */
export const uploadOwnerKey = (id: UploadId): Key => ({ pk: `UPLOAD#${id}`, sk: 'OWNER' });
export const idempotencyKey = (owner: OwnerId, key: string): Key => ({ pk: `T#${owner}#IDEM`, sk: key });
export const externalIdKey = (owner: OwnerId, externalId: string): Key => ({ pk: `T#${owner}#EXT`, sk: externalId });

export const dispatchKey = (id: DispatchId): Key => ({ pk: `DISPATCH#${id}`, sk: 'META' });
export const holdKey = (id: DispatchId): Key => ({ pk: `DISPATCH#${id}`, sk: 'HOLD' });
export const batchPrefix = (attempt: string) => `BATCH#${attempt}#`;
export const batchKey = (id: DispatchId, attempt: string, n: number): Key => ({
  pk: `DISPATCH#${id}`,
  sk: `${batchPrefix(attempt)}${padded(n, 6)}`,
});
export const rowsKey = (id: DispatchId, attempt: string, block: string): Key => ({
  pk: `DISPATCH#${id}`,
  sk: `ROWS#${attempt}#${block}`,
});
/** The beginning of all items of a dispatch's rows, of whichever attempt. */
export const rowsPrefix = (id: DispatchId): Key => ({ pk: `DISPATCH#${id}`, sk: 'ROWS#' });
export const releaseKey = (id: DispatchId, wave: number): Key => ({
  pk: `DISPATCH#${id}`,
  sk: `WAVE#${padded(wave, 3)}`,
});
export const eventKey = (id: DispatchId, n: number): Key => ({ pk: `DISPATCH#${id}`, sk: `EVENT#${padded(n, 6)}` });
export const carrierIdKey = (carrier: string, carrierId: string): Key => ({
  pk: `CARRIER#${carrier}#${carrierId}`,
  sk: 'TAKEN',
});
/** Whether a carrier account is paused, and why. */
export const carrierAccountKey = (carrier: string): Key => ({ pk: `CARRIER#${carrier}`, sk: 'ACCOUNT' });
/** Who was last about to send a message with this fingerprint. */
export const fingerprintKey = (owner: OwnerId, fingerprint: string): Key => ({
  pk: `T#${owner}#SENT#${fingerprint}`,
  sk: 'LAST',
});
export const numberPartition = (owner: OwnerId, e164: string) => `T#${owner}#TO#${e164}`;
export const numberKey = (owner: OwnerId, e164: string, atMs: number, id: DispatchId, place: string): Key => ({
  pk: numberPartition(owner, e164),
  sk: `${timeKey(atMs)}#${id}#${place}`,
});

/** Dispatches whose numbers lie in an object's index, by time: what a search for a number has to look into. */
export const largeDispatchPartition = (owner: OwnerId) => `T#${owner}#LARGE`;
export const largeDispatchKey = (owner: OwnerId, atMs: number, id: DispatchId): Key => ({
  pk: largeDispatchPartition(owner),
  sk: `${timeKey(atMs)}#${id}`,
});

export const campaignKey = (id: CampaignId): Key => ({ pk: `CAMPAIGN#${id}`, sk: 'META' });
/** Index keys of a campaign in its owner's list. */
export const campaignIndex = (owner: OwnerId, createdAtMs: number, id: CampaignId) => ({
  ownerPk: `T#${owner}#CAMPAIGNS`,
  ownerSk: `${timeKey(createdAtMs)}#${id}`,
});

export const templateKey = (owner: OwnerId, id: TemplateId): Key => ({ pk: `T#${owner}#TEMPLATES`, sk: id });
/** The tree of categories, and how many templates there are in each and altogether. */
export const templateShelfKey = (owner: OwnerId): Key => ({ pk: `T#${owner}#TEMPLATES`, sk: 'SHELF' });

/** That the copies of a set of images are to be removed. */
export const imageRemovalKey = (id: ImageSetId): Key => ({ pk: `IMAGES#${id}`, sk: 'REMOVAL' });

/** Everything known of a number: `NOW`, and what it was before. */
export const permissionKey = (owner: OwnerId, digits: string): Key => ({
  pk: `T#${owner}#PERMISSION#${digits}`,
  sk: 'NOW',
});
export const permissionEntryPrefix = 'AT#';
export const permissionEntryKey = (owner: OwnerId, digits: string, atMs: number, entryId: string): Key => ({
  pk: permissionKey(owner, digits).pk,
  sk: `${permissionEntryPrefix}${timeKey(atMs)}#${entryId}`,
});
/** The sort keys between which the changes up to and including a time lie. */
export const permissionEntriesUntil = (untilMs: number): readonly [from: string, until: string] => [
  permissionEntryPrefix,
  `${permissionEntryPrefix}${timeKey(untilMs)}~`,
];
/** That a change was made because of what somebody told us under this name. */
export const tellingKey = (owner: OwnerId, digits: string, id: string): Key => ({
  pk: permissionKey(owner, digits).pk,
  sk: `TOLD#${id}`,
});
/** Who must not get advertising, and who asked for it: partitions that a prepare reads whole. */
export const suppressedKey = (owner: OwnerId, digits: string): Key => ({ pk: `T#${owner}#SUPPRESSED`, sk: digits });
export const consentedKey = (owner: OwnerId, digits: string): Key => ({ pk: `T#${owner}#CONSENTED`, sk: digits });
export const nightConsentedKey = (owner: OwnerId, digits: string): Key => ({ pk: `T#${owner}#NIGHT`, sk: digits });
/** Index keys of a suppressed number in its owner's list of opt-outs. */
export const optOutIndex = (owner: OwnerId, optedOutAtMs: number, digits: string) => ({
  ownerPk: `T#${owner}#OPTOUTS`,
  ownerSk: `${timeKey(optedOutAtMs)}#${digits}`,
});

/** A tenant's subscription to an 080 number. */
export const optOutNumberKey = (tenant: TenantId, id: OptOutNumberId): Key => ({
  pk: `T#${tenant}`,
  sk: `OPTOUTNUMBER#${id}`,
});
/** Those of a tenant that are not canceled, in one item: what a send asks, and what every change passes through. */
export const optOutShelfKey = (tenant: TenantId): Key => ({ pk: `T#${tenant}`, sk: 'OPTOUTNUMBERS' });
/** Whose an 080 number is now. */
export const optOutLineKey = (number: string): Key => ({ pk: `OPTOUTNUMBER#${number}`, sk: 'HOLDER' });
/** Whose it was until a time: calls of that time are told later. */
export const pastOptOutLineKey = (number: string, untilMs: number, id: OptOutNumberId): Key => ({
  pk: optOutLineKey(number).pk,
  sk: `UNTIL#${timeKey(untilMs)}#${id}`,
});
/** Index keys of a permission of which somebody has to be told what came of it, by due time. */
export const resultNoticeIndex = (owner: OwnerId, dueAtMs: number, digits: string) => ({
  ownerPk: `T#${owner}#DUE#result_notice`,
  ownerSk: `${timeKey(dueAtMs)}#${digits}`,
});
/** Whose consent has to be confirmed, by due time. */
export const reconfirmationKey = (owner: OwnerId, dueAtMs: number, digits: string): Key => ({
  pk: `T#${owner}#DUE#reconfirmation`,
  sk: `${timeKey(dueAtMs)}#${digits}`,
});
/** What was told, by the time at which it was due. */
export const toldKey = (owner: OwnerId, kind: string, dueAtMs: number, digits: string, id: DispatchId): Key => ({
  pk: `T#${owner}#TOLD#${kind}`,
  sk: `${timeKey(dueAtMs)}#${digits}#${id}`,
});
/** Which dispatch is telling people just now. */
export const noticeRoundKey = (owner: OwnerId): Key => ({ pk: `T#${owner}#TOLD`, sk: 'ROUND' });
export const importKey = (id: ImportId): Key => ({ pk: `IMPORT#${id}`, sk: 'META' });
/** Index keys of an import in its owner's list of such imports. */
export const importIndex = (owner: OwnerId, kind: keyof typeof importLists, createdAtMs: number, id: ImportId) => ({
  ownerPk: `T#${owner}#IMPORTS#${importLists[kind]}`,
  ownerSk: `${timeKey(createdAtMs)}#${id}`,
});
const importLists = { consents: 'CONSENTS', opt_outs: 'OPTOUTS', contacts: 'CONTACTS' } as const;

export const contactKey = (owner: OwnerId, id: ContactId): Key => ({ pk: `T#${owner}#CONTACTS`, sk: id });
/** Whose a number is, or that it was deleted. */
export const contactNumberKey = (owner: OwnerId, digits: string): Key => ({
  pk: `T#${owner}#CONTACTNUMBERS`,
  sk: digits,
});
/** By what a contact is found: its name from one of its places on, or a tag. */
export const contactPlaceKey = (owner: OwnerId, by: 'NAMES' | 'TAGS', place: string, id: ContactId): Key => ({
  pk: `T#${owner}#CONTACT${by}`,
  sk: `${place}#${id}`,
});
/** That a person was deleted and there may be something left of them; and, before those, the work on it. */
export const erasureKey = (owner: OwnerId, digits: string): Key => ({
  pk: `T#${owner}#ERASURES`,
  sk: `NUMBER#${digits}`,
});
export const erasureJobKey = (owner: OwnerId): Key => ({ pk: `T#${owner}#ERASURES`, sk: 'JOB' });

export const operatorKeyKey = (sha256Hex: string): Key => ({ pk: `OPKEY#${sha256Hex}`, sk: 'OPKEY' });
/** All keys of operators, by id, without their hashes' partitions; how many there are stands before them. */
export const operatorKeyListKey = (id: OperatorKeyId): Key => ({ pk: 'OPKEYS', sk: id });
export const operatorKeyCountKey: Key = { pk: 'OPKEYS', sk: 'COUNT' };
export const operatorIdempotencyKey = (id: OperatorKeyId | 'operator', key: string): Key => ({
  pk: id === 'operator' ? 'OPERATOR#IDEM' : `OPERATOR#${id}#IDEM`,
  sk: key,
});

/** What operators did, by month: an entry when an action begins, and one when it has ended. */
export const auditPartition = (month: string) => `${auditPartitions}${month}`;
export const auditKey = (atMs: number, id: AuditId, part: 'BEGUN' | 'ENDED'): Key => ({
  pk: auditPartition(timeKey(atMs).slice(0, 7)),
  sk: `${timeKey(atMs)}#${id}#${part}`,
});

/** What the operator decided about a tenant, until it was told. */
export const outcomeKey = (id: EventId): Key => ({ pk: `OUTCOME#${id}`, sk: 'OUTCOME' });

/** Index keys of a dispatch in its owner's list. */
export const ownerIndex = (owner: OwnerId, createdAtMs: number, id: DispatchId) => ({
  ownerPk: `T#${owner}#DISPATCHES`,
  ownerSk: `${timeKey(createdAtMs)}#${id}`,
});

/** Index keys of whatever the sweeper must look at by `atMs`; the shard follows from the id, so a thing keeps its shard. */
export const checkIndex = (id: string, atMs: number) => ({
  checkPk: checkPartition(shardOf(id)),
  checkSk: `${timeKey(atMs)}#${id}`,
});
export const checkPartition = (shard: number) => `CHECK#${shard}`;

function shardOf(id: string): number {
  let sum = 0;
  for (const c of id) sum = (sum * 31 + c.charCodeAt(0)) >>> 0;
  return sum % sweeperShards;
}
