import type { TenantId, UploadId } from '../../../shared/contracts/ids.ts';
import type { Person } from '../../../shared/domain/identity/person.ts';
import type { IdentityDocuments, TakeOutcome } from '../../../shared/domain/identity/ports.ts';
import { codeHoldsMs } from '../../../shared/domain/phone-checks/phone-check.ts';
import type { IdentityProvider } from '../../../shared/domain/phone-checks/ports.ts';

/** The code that every phone gets. */
export const rightCode = '135790';
export const wrongCode = '000000';

export interface FakeProvider extends IdentityProvider {
  /** What was asked, in order. */
  readonly asked: ('challenge' | 'confirm')[];
  /** While set, whatever is asked gets no answer. */
  down: boolean;
  /** Whose every number turns out to be; null: of whoever was named. */
  owner: Person | null;
}

/** A provider in memory, whose codes hold three minutes as well. */
export function createFakeProvider(clock: { readonly nowMs: number }): FakeProvider {
  const challenges: { readonly person: Person; readonly atMs: number }[] = [];
  const fake: FakeProvider = {
    asked: [],
    down: false,
    owner: null,
    async challenge(person) {
      fake.asked.push('challenge');
      if (fake.down) return { kind: 'unavailable' };
      challenges.push({ person, atMs: clock.nowMs });
      return { kind: 'challenged', challengeId: String(challenges.length - 1) };
    },
    async confirm(challengeId, code) {
      fake.asked.push('confirm');
      const found = challenges[Number(challengeId)]!;
      if (fake.down) return { kind: 'unavailable' };
      if (clock.nowMs >= found.atMs + codeHoldsMs) return { kind: 'expired' };
      return code === rightCode ? { kind: 'confirmed', person: fake.owner ?? found.person } : { kind: 'wrong_code' };
    },
  };
  return fake;
}

/** Uploads of documents in memory: all are there, but for those that were put here otherwise. */
export interface FakeDocuments extends IdentityDocuments {
  readonly refused: Map<UploadId, Extract<TakeOutcome, { kind: 'refused' }>['why']>;
  readonly taken: (readonly [TenantId, UploadId])[];
}

export function createFakeDocuments(): FakeDocuments {
  const fake: FakeDocuments = {
    refused: new Map(),
    taken: [],
    async take(tenant, given) {
      for (const [index, { uploadId }] of given.entries()) {
        const why = fake.refused.get(uploadId);
        if (why) return { kind: 'refused', index, why };
      }
      fake.taken.push(...given.map(({ uploadId }) => [tenant, uploadId] as const));
      const documents = given.map((one) => ({ ...one, fileName: `${one.kind}.pdf`, sizeBytes: 1_000 }));
      return { kind: 'taken', documents };
    },
  };
  return fake;
}
