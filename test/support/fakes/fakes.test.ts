import { describe } from 'vitest';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { Round } from '../../../shared/domain/notices/ports.ts';
import type { UploadStatus } from '../../../shared/domain/uploads/upload.ts';
import { batchStoreContract } from '../contracts/batch-store-contract.ts';
import { campaignStoreContract } from '../contracts/campaign-store-contract.ts';
import { carrierAccountsContract } from '../contracts/carrier-accounts-contract.ts';
import { carrierContract } from '../contracts/carrier-contract.ts';
import { contactStoreContract } from '../contracts/contact-store-contract.ts';
import { dispatchCreditsContract } from '../contracts/dispatch-credits-contract.ts';
import { type DispatchWorld, dispatchStoreContract } from '../contracts/dispatch-store-contract.ts';
import { erasuresContract } from '../contracts/erasures-contract.ts';
import { fingerprintStoreContract } from '../contracts/fingerprint-store-contract.ts';
import { importStoreContract } from '../contracts/import-store-contract.ts';
import { noticeRoundContract } from '../contracts/notice-round-contract.ts';
import { noticeStoreContract } from '../contracts/notice-store-contract.ts';
import { optOutNumberContract } from '../contracts/opt-out-number-contract.ts';
import { permissionEraserContract } from '../contracts/permission-eraser-contract.ts';
import { permissionStoreContract } from '../contracts/permission-store-contract.ts';
import { preparedFilesContract } from '../contracts/prepared-files-contract.ts';
import { queueContract } from '../contracts/queue-contract.ts';
import { releaseStoreContract } from '../contracts/release-store-contract.ts';
import { schedulesContract } from '../contracts/schedules-contract.ts';
import { senderStoreContract } from '../contracts/sender-store-contract.ts';
import { templateStoreContract } from '../contracts/template-store-contract.ts';
import { tenantsContract } from '../contracts/tenants-contract.ts';
import { createFakeBatchStore, createFakeReleaseStore } from './batch-store.ts';
import { createFakeCampaignStore } from './campaign-store.ts';
import { createFakeCarrier, createFakeCarrierAccounts } from './carrier.ts';
import { createFakeClock } from './clock.ts';
import { createFakeContacts } from './contacts.ts';
import { createCreditBook } from './credit-book.ts';
import { createFakeDispatchStore } from './dispatch-store.ts';
import { createFakeErasures } from './erasures.ts';
import { createFakeFingerprints } from './fingerprints.ts';
import { createFakeImportStore } from './import-store.ts';
import { createFakeNotices } from './notices.ts';
import { createFakeOptOutNumbers } from './opt-out-numbers.ts';
import { createFakePermissions } from './permissions.ts';
import { createFakeFiles } from './prepared-files.ts';
import { createFakeQueue, type QueueRecord } from './queue.ts';
import { createFakeSchedules } from './schedules.ts';
import { createFakeSenders } from './senders.ts';
import { createFakeTemplateStores } from './template-store.ts';
import { createFakeTenants } from './tenants.ts';

/** What is proven with fakes is proven only if the fakes do what the real stores do: the same suites run on both. */

function fakeWorld(): DispatchWorld {
  const book = createCreditBook();
  const dispatches = createFakeDispatchStore(book);
  return {
    dispatches,
    grant: async (owner, credits) => book.grant(owner, credits),
    balanceOf: book.read,
    ledgerOf: async (owner) => book.ledgerOf(owner),
    rememberedOf: async ({ scope, key }) => dispatches.remembered.get(`${scope}|${key}`) ?? null,
    holdOf: async (id) => book.holdOf(id),
    async eventsOf(id) {
      await dispatches.events.publishWaiting(dispatches.all.get(id)!);
      return dispatches.published
        .filter(({ dispatchId }) => dispatchId === id)
        .map(({ dispatchId: _, ...event }) => event);
    },
    putUpload: async (owner, id, status) => void dispatches.uploads.set(id, { owner, status, list: null }),
    async uploadUsedBy(owner, id) {
      const upload = dispatches.uploads.get(id);
      return (upload?.owner === owner ? upload.usedBy : null) ?? null;
    },
  };
}

describe('dispatches', () => {
  dispatchStoreContract(async () => fakeWorld());
  dispatchCreditsContract(async () => fakeWorld());
});
describe('batches', () => batchStoreContract(async () => createFakeBatchStore()));
describe('contacts', () => contactStoreContract(async () => createFakeContacts()));

describe('imports', () =>
  importStoreContract(async () => {
    const uploads = new Map<string, UploadStatus>();
    const imports = createFakeImportStore((id) => uploads.get(id) ?? null);
    return {
      imports,
      putUpload: async (_, id, status) => void uploads.set(id, status),
      keepersOf: async (_, id) => [...(imports.kept.get(id) ?? [])],
    };
  }));
describe('release marks', () => releaseStoreContract(async () => createFakeReleaseStore()));
describe('schedules', () =>
  schedulesContract(async () => {
    const clock = createFakeClock();
    const schedules = createFakeSchedules(clock);
    const queue: unknown[] = [];
    return {
      schedules,
      nowMs: async () => clock.now(),
      advance: async (ms) => {
        clock.advance(ms);
        queue.push(...schedules.fire());
      },
      arrived: async () => queue.splice(0),
    };
  }));
describe('campaigns', () =>
  campaignStoreContract(async () => {
    const { uploads } = createFakeDispatchStore(createCreditBook());
    const campaigns = createFakeCampaignStore({ uploads });
    return {
      campaigns,
      rememberedOf: async ({ scope, key }) => campaigns.remembered.get(`${scope}|${key}`) ?? null,
      putUpload: async (owner, id, status) => void uploads.set(id, { owner, status, list: null }),
      keepersOf: async (_owner, id) => [...(uploads.get(id)?.keptBy ?? [])],
    };
  }));
describe('permissions', () => permissionStoreContract(async () => createFakePermissions()));
describe('claims of messages', () => fingerprintStoreContract(async () => createFakeFingerprints()));
describe('opt-out numbers', () =>
  optOutNumberContract(async () => {
    const { store, lines, closed } = createFakeOptOutNumbers();
    return { store, lines, putTenant: async () => {}, closeTenant: async (tenant) => void closed.add(tenant) };
  }));
describe('sender numbers', () =>
  senderStoreContract(async () => {
    const { store, outcomes, putTenant } = createFakeSenders();
    const told = async (id: string) => outcomes.some((outcome) => outcome.id === id);
    return { store, told, putTenant: async (tenant) => putTenant(tenant) };
  }));
describe('rounds of notices', () =>
  noticeRoundContract(async () => {
    const rounds = new Map<OwnerId, Round>();
    const notices = createFakeNotices(createFakePermissions(), rounds);
    return { notices, dispatches: createFakeDispatchStore(createCreditBook(), rounds) };
  }));
describe('notices', () =>
  noticeStoreContract(async () => {
    const permissions = createFakePermissions();
    return { permissions, notices: createFakeNotices(permissions) };
  }, 1_000));
describe('templates', () =>
  templateStoreContract(async () => {
    const { remembered, ...stores } = createFakeTemplateStores();
    return { ...stores, rememberedOf: async ({ scope, key }) => remembered.get(`${scope}|${key}`) ?? null };
  }));
describe('carrier accounts', () => carrierAccountsContract(async () => createFakeCarrierAccounts()));
describe('queues', () =>
  queueContract(async () => {
    const clock = createFakeClock();
    let made = 0;
    const queue = createFakeQueue<string>(clock, { visibilitySeconds: 30, receives: 2 }, () => made++);
    const handles = new Map<string, QueueRecord<string>>();
    return {
      send: async (body, delaySeconds) => void queue.put(body, delaySeconds),
      receive: async () =>
        queue.due().flatMap((record) => {
          const received = queue.receive(record);
          if (!received) return [];
          handles.set(String(received.id), received);
          return [{ id: String(received.id), body: received.work, receives: received.receives }];
        }),
      remove: async ({ id }) => queue.delete(handles.get(id)!),
      dead: async () => queue.dead.map(({ work }) => work),
      advance: async (seconds) => clock.advance(seconds * 1_000),
    };
  }));
describe('a carrier', () =>
  carrierContract(async () => {
    const clock = createFakeClock();
    const carrier = createFakeCarrier(clock);
    return {
      carrier,
      meet: async (fate) => {
        carrier.retryAfterSeconds = 4;
        carrier.fateOfCall = () => {
          carrier.fateOfCall = () => 'accept';
          return fate;
        };
      },
      beSilent: async () => {
        carrier.silent = true;
      },
      taken: async () => carrier.taken.flatMap(({ batch }) => batch.messages),
      nowMs: clock.now,
      advance: clock.advance,
    };
  }));
describe('prepared files', () => preparedFilesContract(async () => createFakeFiles()));
describe('tenants', () =>
  tenantsContract(async () => {
    const tenants = createFakeTenants(createFakeClock());
    return {
      tenants,
      put: async (tenant, state, identityStatus) => tenants.put(tenant, state, identityStatus),
      approve: async (tenant, number) => tenants.approve(tenant, number),
      disapprove: async (tenant, number) => tenants.disapprove(tenant, number),
      openNumber: async (tenant, number, businessName) => tenants.openNumber(tenant, number, businessName),
      closeNumber: async (tenant, number) => tenants.closeNumber(tenant, number),
    };
  }));
describe('erased permissions', () => permissionEraserContract(async () => createFakePermissions()));
describe('erasures', () =>
  erasuresContract(async () => {
    const erasures = createFakeErasures();
    return { erasures, put: async (owner, digits, atMs) => erasures.put(owner, digits, atMs) };
  }));
