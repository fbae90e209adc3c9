import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Mode, TenantId } from '../../contracts/ids.ts';
import { characterPolicies } from '../../domain/content/characters.ts';
import { replayed } from '../../domain/idempotency/idempotency.ts';
import { informationalRules, unknownConsentRules } from '../../domain/permissions/why-not.ts';
import {
  type KeyRing,
  type KeyRingStore,
  type RingWrite,
  type Rules,
  settingsOf,
} from '../../domain/tenants/key-ring.ts';
import type { RateLimit } from '../../domain/tenants/rate-limit.ts';
import { defaultSettings, type Settings } from '../../domain/tenants/tenant.ts';
import { idempotencyPut, isTaken } from './idempotency.ts';
import { keyDeletes, keyPuts, listedKey, paceItem } from './key-items.ts';
import { apiKeyKey, apiKeyListKey, settingsKey } from './keys.ts';
import { storedNightRule } from './stored-shapes.ts';
import { queryAll, type Table, type TransactItem, transact } from './table.ts';

const rateShape = z.object({ requestsPerSecond: z.number(), burst: z.number() });

const rulesShape = z.object({
  unsendableCharacters: z.enum(characterPolicies).default(defaultSettings.unsendableCharacters),
  informationalToOptedOut: z.enum(informationalRules).default(defaultSettings.informationalToOptedOut),
  unknownConsent: z.enum(unknownConsentRules).default(defaultSettings.unknownConsent),
  advertiserName: z.string().nullable().default(defaultSettings.advertiserName),
  night: storedNightRule.default(defaultSettings.night),
  duplicateBlockMinutes: z.int().min(0).default(defaultSettings.duplicateBlockMinutes),
});

const itemShape = z.object({
  entity: z.literal('settings'),
  version: z.int(),
  ...rateShape.shape,
  ...rulesShape.shape,
  ofTests: z
    .object({
      rateLimit: rateShape,
      unsendableCharacters: rulesShape.shape.unsendableCharacters.unwrap(),
      informationalToOptedOut: rulesShape.shape.informationalToOptedOut.unwrap(),
      unknownConsent: rulesShape.shape.unknownConsent.unwrap(),
      advertiserName: rulesShape.shape.advertiserName.unwrap(),
      night: storedNightRule,
      duplicateBlockMinutes: rulesShape.shape.duplicateBlockMinutes.unwrap(),
    })
    .partial()
    .default({}),
});

/** The settings in their item, and its version. A rule that an older item does not have is at its default. */
function storedRules(item: unknown): Rules & { readonly version: number } {
  const { entity: _, version, ofTests, requestsPerSecond, burst, ...rules } = itemShape.parse(item);
  return { version, settings: { ...rules, rateLimit: { requestsPerSecond, burst } }, ofTests: without(ofTests) };
}

/** As zod has it, what is not there may be undefined as well. */
const without = (rules: z.output<typeof itemShape>['ofTests']) =>
  Object.fromEntries(Object.entries(rules).filter(([, rule]) => rule !== undefined)) as Partial<Settings>;

/** The settings of a mode, in the item that has them all. */
export const storedSettings = (item: unknown, mode: Mode): Settings => settingsOf(storedRules(item), mode);

const attributesOf = ({ rateLimit, ...rules }: Settings) => ({ ...rateLimit, ...rules });

/** A new tenant's settings, for the transaction that creates it. */
export const settingsPut = (table: Table, tenant: TenantId, settings: Settings): TransactItem => ({
  Put: {
    TableName: table.name,
    Item: { ...settingsKey(tenant), entity: 'settings', version: 1, ...attributesOf(settings) },
    ConditionExpression: 'attribute_not_exists(pk)',
  },
});

export function openKeyRingStore(table: Table): KeyRingStore {
  return {
    async load(tenantId) {
      // The version first, the keys after: a key that came in between makes the write find the version moved.
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: settingsKey(tenantId), ConsistentRead: true }),
      );
      const { version, ...rules } = storedRules(Item);
      const keys = [];
      const { pk, sk } = apiKeyListKey(tenantId, '');
      const listed = queryAll(table, {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': pk, ':sk': sk },
        ConsistentRead: true,
      });
      for await (const item of listed) keys.push(listedKey(tenantId, item));
      return { tenantId, version, rules, keys };
    },

    async add(ring, key, record) {
      const refusals = await transact(table, [
        idempotencyPut(table, record),
        settingsUpdate(table, ring, ring.rules),
        ...keyPuts(table, key, settingsOf(ring.rules, key.mode).rateLimit),
      ]);
      return isTaken(refusals, 0) ? replayed : written(refusals.length);
    },

    async remove(ring, key) {
      const refusals = await transact(table, [settingsUpdate(table, ring, ring.rules), ...keyDeletes(table, key)]);
      return written(refusals.length);
    },

    async setRules(ring, rules) {
      const limitOf = (mode: Mode) => settingsOf(rules, mode).rateLimit;
      const paced = ring.keys.filter(({ mode }) => !isSame(limitOf(mode), settingsOf(ring.rules, mode).rateLimit));
      const refusals = await transact(table, [
        settingsUpdate(table, ring, rules),
        ...paced.map(({ hash, mode }) => paceUpdate(table, hash, limitOf(mode))),
      ]);
      return written(refusals.length);
    },
  };
}

const isSame = (a: RateLimit, b: RateLimit) => a.requestsPerSecond === b.requestsPerSecond && a.burst === b.burst;

const written = (refusals: number): RingWrite => ({ kind: refusals === 0 ? 'written' : 'moved' });

/** Every change of the ring passes through here: it holds only at the version it was decided upon. */
function settingsUpdate(table: Table, ring: KeyRing, { settings, ofTests }: Rules): TransactItem {
  const attributes = Object.entries({ ...attributesOf(settings), ofTests });
  return {
    Update: {
      TableName: table.name,
      Key: settingsKey(ring.tenantId),
      UpdateExpression: `SET version = :next, ${attributes.map(([name]) => `${name} = :${name}`).join(', ')}`,
      ConditionExpression: 'version = :version',
      ExpressionAttributeValues: {
        ':version': ring.version,
        ':next': ring.version + 1,
        ...Object.fromEntries(attributes.map(([name, value]) => [`:${name}`, value])),
      },
    },
  };
}

/** The key begins afresh at its new pace: what it has used of the old one is forgotten. */
function paceUpdate(table: Table, hash: string, limit: RateLimit): TransactItem {
  const pace = Object.entries({ ...paceItem(limit), idleAtMs: 0, openAtMs: 0 });
  return {
    Update: {
      TableName: table.name,
      Key: apiKeyKey(hash),
      UpdateExpression: `SET ${pace.map(([name]) => `${name} = :${name}`).join(', ')}`,
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: Object.fromEntries(pace.map(([name, value]) => [`:${name}`, value])),
    },
  };
}
