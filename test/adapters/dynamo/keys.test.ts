import { describe, expect, test } from 'vitest';
import * as keys from '../../../shared/adapters/dynamo/keys.ts';
import type {
  CampaignId,
  ContactId,
  DispatchId,
  ImageSetId,
  OptOutNumberId,
  OwnerId,
  TemplateId,
  TenantId,
  UploadId,
} from '../../../shared/contracts/ids.ts';

/** Written out, because what lies in tables today must still be found tomorrow. */

const tenant: TenantId = 'ten_01ARZ3NDEKTSV4RRFFQ69G5FAV';
const owner: OwnerId = 'ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test';
const upload: UploadId = 'upl_01BX5ZZKBKACTAV9WEVGEMMVS0';
const dispatch: DispatchId = 'dsp_01BX5ZZKBKACTAV9WEVGEMMVRZ';
const campaign: CampaignId = 'cmp_01BX5ZZKBKACTAV9WEVGEMMVT0';
const imageSet: ImageSetId = 'img_01BX5ZZKBKACTAV9WEVGEMMVW0';
const template: TemplateId = 'tpl_01BX5ZZKBKACTAV9WEVGEMMVV0';
const contact: ContactId = 'con_01BX5ZZKBKACTAV9WEVGEMMVX0';
const optOutNumber: OptOutNumberId = 'opt_01BX5ZZKBKACTAV9WEVGEMMVW0';
const atMs = Date.parse('2026-12-01T08:59:59.007+09:00'); // still November in UTC

const written: readonly (readonly [name: keyof typeof keys, key: unknown, literal: unknown])[] = [
  [
    'permissionKey',
    keys.permissionKey(owner, '821012345678'),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#PERMISSION#821012345678', sk: 'NOW' },
  ],
  ['permissionEntryPrefix', keys.permissionEntryPrefix, 'AT#'],
  ['permissionEntriesUntil', keys.permissionEntriesUntil(atMs), ['AT#', 'AT#2026-11-30T23:59:59.007Z~']],
  [
    'permissionEntryKey',
    keys.permissionEntryKey(owner, '821012345678', atMs, '01ARZ3NDEKTSV4RRFFQ69G5FBB'),
    {
      pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#PERMISSION#821012345678',
      sk: 'AT#2026-11-30T23:59:59.007Z#01ARZ3NDEKTSV4RRFFQ69G5FBB',
    },
  ],
  [
    'tellingKey',
    keys.tellingKey(owner, '821012345678', 'call-17'),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#PERMISSION#821012345678', sk: 'TOLD#call-17' },
  ],
  [
    'fingerprintKey',
    keys.fingerprintKey(owner, 'hJg8YPfarcwhhphiHXOM-1tpV_t4YeFJUs8qhnvv4cA'),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#SENT#hJg8YPfarcwhhphiHXOM-1tpV_t4YeFJUs8qhnvv4cA', sk: 'LAST' },
  ],
  [
    'suppressedKey',
    keys.suppressedKey(owner, '821012345678'),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#SUPPRESSED', sk: '821012345678' },
  ],
  [
    'consentedKey',
    keys.consentedKey(owner, '821012345678'),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#CONSENTED', sk: '821012345678' },
  ],
  [
    'nightConsentedKey',
    keys.nightConsentedKey(owner, '821012345678'),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#NIGHT', sk: '821012345678' },
  ],
  [
    'optOutIndex',
    keys.optOutIndex(owner, atMs, '821012345678'),
    {
      ownerPk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#OPTOUTS',
      ownerSk: '2026-11-30T23:59:59.007Z#821012345678',
    },
  ],
  [
    'optOutNumberKey',
    keys.optOutNumberKey(tenant, optOutNumber),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV', sk: 'OPTOUTNUMBER#opt_01BX5ZZKBKACTAV9WEVGEMMVW0' },
  ],
  ['optOutShelfKey', keys.optOutShelfKey(tenant), { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV', sk: 'OPTOUTNUMBERS' }],
  ['optOutLineKey', keys.optOutLineKey('0801234567'), { pk: 'OPTOUTNUMBER#0801234567', sk: 'HOLDER' }],
  [
    'pastOptOutLineKey',
    keys.pastOptOutLineKey('0801234567', atMs, optOutNumber),
    { pk: 'OPTOUTNUMBER#0801234567', sk: 'UNTIL#2026-11-30T23:59:59.007Z#opt_01BX5ZZKBKACTAV9WEVGEMMVW0' },
  ],
  ['rowsPrefix', keys.rowsPrefix(dispatch), { pk: `DISPATCH#${dispatch}`, sk: 'ROWS#' }],
  [
    'erasureKey',
    keys.erasureKey(owner, '821012345678'),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#ERASURES', sk: 'NUMBER#821012345678' },
  ],
  ['erasureJobKey', keys.erasureJobKey(owner), { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#ERASURES', sk: 'JOB' }],
  ['imageRemovalKey', keys.imageRemovalKey(imageSet), { pk: 'IMAGES#img_01BX5ZZKBKACTAV9WEVGEMMVW0', sk: 'REMOVAL' }],
  [
    'resultNoticeIndex',
    keys.resultNoticeIndex(owner, atMs, '821012345678'),
    {
      ownerPk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#DUE#result_notice',
      ownerSk: '2026-11-30T23:59:59.007Z#821012345678',
    },
  ],
  [
    'reconfirmationKey',
    keys.reconfirmationKey(owner, atMs, '821012345678'),
    {
      pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#DUE#reconfirmation',
      sk: '2026-11-30T23:59:59.007Z#821012345678',
    },
  ],
  [
    'toldKey',
    keys.toldKey(owner, 'reconfirmation', atMs, '821012345678', dispatch),
    {
      pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#TOLD#reconfirmation',
      sk: '2026-11-30T23:59:59.007Z#821012345678#dsp_01BX5ZZKBKACTAV9WEVGEMMVRZ',
    },
  ],
  ['noticeRoundKey', keys.noticeRoundKey(owner), { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#TOLD', sk: 'ROUND' }],
  ['timeKey', keys.timeKey(atMs), '2026-11-30T23:59:59.007Z'],
  ['tenantKey', keys.tenantKey(tenant), { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV', sk: 'TENANT' }],
  ['tenantListKey', keys.tenantListKey(tenant), { pk: 'TENANTS', sk: 'ten_01ARZ3NDEKTSV4RRFFQ69G5FAV' }],
  ['settingsKey', keys.settingsKey(tenant), { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV', sk: 'SETTINGS' }],
  [
    'senderKey',
    keys.senderKey(tenant, '0212345678'),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV', sk: 'SENDER#0212345678' },
  ],
  [
    'senderIndex',
    keys.senderIndex('reviewing', atMs, tenant, '0212345678'),
    { ownerPk: 'SENDERS#reviewing', ownerSk: '2026-11-30T23:59:59.007Z#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV#0212345678' },
  ],
  ['senderLineKey', keys.senderLineKey('0212345678'), { pk: 'SENDERNUMBER#0212345678', sk: 'TENANTS' }],
  [
    'phoneCheckKey',
    keys.phoneCheckKey(tenant, 'chk_01ARZ3NDEKTSV4RRFFQ69G5FAA'),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV', sk: 'PHONECHECK#chk_01ARZ3NDEKTSV4RRFFQ69G5FAA' },
  ],
  [
    'phoneCheckStartsKey',
    keys.phoneCheckStartsKey(tenant),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV', sk: 'PHONECHECKS' },
  ],
  ['identityKey', keys.identityKey(tenant), { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV', sk: 'IDENTITY' }],
  [
    'identityIndex',
    keys.identityIndex('reviewing', atMs, tenant),
    { ownerPk: 'IDENTITIES#reviewing', ownerSk: '2026-11-30T23:59:59.007Z#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV' },
  ],
  ['apiKeyKey', keys.apiKeyKey('9f86d0'), { pk: 'KEY#9f86d0', sk: 'KEY' }],
  [
    'apiKeyListKey',
    keys.apiKeyListKey(tenant, 'key_01ARZ3NDEKTSV4RRFFQ69G5FAA'),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV', sk: 'KEY#key_01ARZ3NDEKTSV4RRFFQ69G5FAA' },
  ],
  ['balanceKey', keys.balanceKey(owner), { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#CREDIT', sk: 'BALANCE' }],
  [
    'ledgerKey',
    keys.ledgerKey(owner, atMs, '01ARZ3NDEKTSV4RRFFQ69G5FBB'),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#LEDGER#2026-11', sk: '01ARZ3NDEKTSV4RRFFQ69G5FBB' },
  ],
  [
    'uploadKey',
    keys.uploadKey(owner, upload),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test', sk: 'UPLOAD#upl_01BX5ZZKBKACTAV9WEVGEMMVS0' },
  ],
  ['uploadOwnerKey', keys.uploadOwnerKey(upload), { pk: 'UPLOAD#upl_01BX5ZZKBKACTAV9WEVGEMMVS0', sk: 'OWNER' }],
  [
    'idempotencyKey',
    keys.idempotencyKey(owner, 'order-1'),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#IDEM', sk: 'order-1' },
  ],
  [
    'externalIdKey',
    keys.externalIdKey(owner, 'nov-1'),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#EXT', sk: 'nov-1' },
  ],
  ['dispatchKey', keys.dispatchKey(dispatch), { pk: 'DISPATCH#dsp_01BX5ZZKBKACTAV9WEVGEMMVRZ', sk: 'META' }],
  ['campaignKey', keys.campaignKey(campaign), { pk: 'CAMPAIGN#cmp_01BX5ZZKBKACTAV9WEVGEMMVT0', sk: 'META' }],
  [
    'campaignIndex',
    keys.campaignIndex(owner, atMs, campaign),
    {
      ownerPk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#CAMPAIGNS',
      ownerSk: '2026-11-30T23:59:59.007Z#cmp_01BX5ZZKBKACTAV9WEVGEMMVT0',
    },
  ],
  [
    'templateKey',
    keys.templateKey(owner, template),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#TEMPLATES', sk: 'tpl_01BX5ZZKBKACTAV9WEVGEMMVV0' },
  ],
  [
    'templateShelfKey',
    keys.templateShelfKey(owner),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#TEMPLATES', sk: 'SHELF' },
  ],
  ['holdKey', keys.holdKey(dispatch), { pk: 'DISPATCH#dsp_01BX5ZZKBKACTAV9WEVGEMMVRZ', sk: 'HOLD' }],
  ['batchPrefix', keys.batchPrefix('01ATTEMPT'), 'BATCH#01ATTEMPT#'],
  [
    'batchKey',
    keys.batchKey(dispatch, '01ATTEMPT', 42),
    { pk: 'DISPATCH#dsp_01BX5ZZKBKACTAV9WEVGEMMVRZ', sk: 'BATCH#01ATTEMPT#000042' },
  ],
  [
    'rowsKey',
    keys.rowsKey(dispatch, '01ATTEMPT', 'x0'),
    { pk: 'DISPATCH#dsp_01BX5ZZKBKACTAV9WEVGEMMVRZ', sk: 'ROWS#01ATTEMPT#x0' },
  ],
  ['releaseKey', keys.releaseKey(dispatch, 4), { pk: 'DISPATCH#dsp_01BX5ZZKBKACTAV9WEVGEMMVRZ', sk: 'WAVE#004' }],
  ['eventKey', keys.eventKey(dispatch, 12), { pk: 'DISPATCH#dsp_01BX5ZZKBKACTAV9WEVGEMMVRZ', sk: 'EVENT#000012' }],
  ['carrierIdKey', keys.carrierIdKey('aligo', '987654321'), { pk: 'CARRIER#aligo#987654321', sk: 'TAKEN' }],
  ['carrierAccountKey', keys.carrierAccountKey('aligo'), { pk: 'CARRIER#aligo', sk: 'ACCOUNT' }],
  [
    'numberPartition',
    keys.numberPartition(owner, '+821012345678'),
    'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#TO#+821012345678',
  ],
  [
    'numberKey',
    keys.numberKey(owner, '+821012345678', atMs, dispatch, 'b0r12'),
    {
      pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#TO#+821012345678',
      sk: '2026-11-30T23:59:59.007Z#dsp_01BX5ZZKBKACTAV9WEVGEMMVRZ#b0r12',
    },
  ],
  ['largeDispatchPartition', keys.largeDispatchPartition(owner), 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#LARGE'],
  [
    'largeDispatchKey',
    keys.largeDispatchKey(owner, atMs, dispatch),
    {
      pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#LARGE',
      sk: '2026-11-30T23:59:59.007Z#dsp_01BX5ZZKBKACTAV9WEVGEMMVRZ',
    },
  ],
  [
    'importKey',
    keys.importKey('imp_01BX5ZZKBKACTAV9WEVGEMMVW0'),
    { pk: 'IMPORT#imp_01BX5ZZKBKACTAV9WEVGEMMVW0', sk: 'META' },
  ],
  [
    'importIndex',
    keys.importIndex(owner, 'opt_outs', atMs, 'imp_01BX5ZZKBKACTAV9WEVGEMMVW0'),
    {
      ownerPk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#IMPORTS#OPTOUTS',
      ownerSk: '2026-11-30T23:59:59.007Z#imp_01BX5ZZKBKACTAV9WEVGEMMVW0',
    },
  ],
  [
    'importIndex',
    keys.importIndex(owner, 'consents', atMs, 'imp_01BX5ZZKBKACTAV9WEVGEMMVW0').ownerPk,
    'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#IMPORTS#CONSENTS',
  ],
  [
    'importIndex',
    keys.importIndex(owner, 'contacts', atMs, 'imp_01BX5ZZKBKACTAV9WEVGEMMVW0').ownerPk,
    'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#IMPORTS#CONTACTS',
  ],
  [
    'contactKey',
    keys.contactKey(owner, contact),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#CONTACTS', sk: 'con_01BX5ZZKBKACTAV9WEVGEMMVX0' },
  ],
  [
    'contactNumberKey',
    keys.contactNumberKey(owner, '821012345678'),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#CONTACTNUMBERS', sk: '821012345678' },
  ],
  [
    'contactPlaceKey',
    keys.contactPlaceKey(owner, 'NAMES', '지민', contact),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#CONTACTNAMES', sk: '지민#con_01BX5ZZKBKACTAV9WEVGEMMVX0' },
  ],
  [
    'contactPlaceKey',
    keys.contactPlaceKey(owner, 'TAGS', 'vip', contact),
    { pk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#CONTACTTAGS', sk: 'vip#con_01BX5ZZKBKACTAV9WEVGEMMVX0' },
  ],
  [
    'ownerIndex',
    keys.ownerIndex(owner, atMs, dispatch),
    {
      ownerPk: 'T#ten_01ARZ3NDEKTSV4RRFFQ69G5FAV.test#DISPATCHES',
      ownerSk: '2026-11-30T23:59:59.007Z#dsp_01BX5ZZKBKACTAV9WEVGEMMVRZ',
    },
  ],
  [
    'checkIndex',
    keys.checkIndex(dispatch, atMs),
    { checkPk: 'CHECK#14', checkSk: '2026-11-30T23:59:59.007Z#dsp_01BX5ZZKBKACTAV9WEVGEMMVRZ' },
  ],
  ['operatorKeyKey', keys.operatorKeyKey('ab'), { pk: 'OPKEY#ab', sk: 'OPKEY' }],
  [
    'operatorKeyListKey',
    keys.operatorKeyListKey('opk_01BX5ZZKBKACTAV9WEVGEMMVW0'),
    { pk: 'OPKEYS', sk: 'opk_01BX5ZZKBKACTAV9WEVGEMMVW0' },
  ],
  ['operatorKeyCountKey', keys.operatorKeyCountKey, { pk: 'OPKEYS', sk: 'COUNT' }],
  ['operatorIdempotencyKey', keys.operatorIdempotencyKey('operator', 'k'), { pk: 'OPERATOR#IDEM', sk: 'k' }],
  [
    'operatorIdempotencyKey',
    keys.operatorIdempotencyKey('opk_01BX5ZZKBKACTAV9WEVGEMMVW0', 'k'),
    { pk: 'OPERATOR#opk_01BX5ZZKBKACTAV9WEVGEMMVW0#IDEM', sk: 'k' },
  ],
  ['auditPartition', keys.auditPartition('2026-11'), 'AUDIT#2026-11'],
  [
    'auditKey',
    keys.auditKey(atMs, 'aud_01BX5ZZKBKACTAV9WEVGEMMVW0', 'ENDED'),
    { pk: 'AUDIT#2026-11', sk: '2026-11-30T23:59:59.007Z#aud_01BX5ZZKBKACTAV9WEVGEMMVW0#ENDED' },
  ],
  [
    'outcomeKey',
    keys.outcomeKey('evt_01BX5ZZKBKACTAV9WEVGEMMVW0'),
    { pk: 'OUTCOME#evt_01BX5ZZKBKACTAV9WEVGEMMVW0', sk: 'OUTCOME' },
  ],
  ['checkPartition', keys.checkPartition(15), 'CHECK#15'],
];

test.each(written)('%s', (_, key, literal) => expect(key).toEqual(literal));

test('every key is written out here', () => {
  expect([...new Set(written.map(([name]) => name))].sort()).toEqual(Object.keys(keys).sort());
});

describe('keys that are sorted', () => {
  test('times, batches, waves and events sort as they count', () => {
    const sorted = (texts: readonly string[]) => expect([...texts].sort()).toEqual(texts);
    sorted([0, 1, 999, 1_000, atMs, atMs + 1].map(keys.timeKey));
    sorted([0, 1, 9, 10, 99, 100, 1_999, 2_000].map((n) => keys.batchKey(dispatch, 'a', n).sk));
    sorted([1, 2, 10, 100].map((n) => keys.releaseKey(dispatch, n).sk));
    sorted([0, 1, 10, 100].map((n) => keys.eventKey(dispatch, n).sk));
  });

  test('what has to be looked at keeps its shard, and all shards share the work', () => {
    const shards = new Map<string, number>();
    for (let i = 0; i < 4_000; i++) {
      const id = `dsp_01BX5ZZKBKACTAV9WE${String(i).padStart(8, '0')}`;
      const { checkPk } = keys.checkIndex(id, i);
      expect(keys.checkIndex(id, i + 1).checkPk).toBe(checkPk);
      shards.set(checkPk, (shards.get(checkPk) ?? 0) + 1);
    }
    expect([...shards.keys()].sort()).toEqual(Array.from({ length: 16 }, (_, n) => `CHECK#${n}`).sort());
    for (const share of shards.values()) expect(share).toBeGreaterThan(100);
  });
});
