import { expect, test } from 'vitest';
import type { UploadId } from '../../../shared/contracts/ids.ts';
import type { Submission } from '../../../shared/domain/identity/identity.ts';
import { identityLetGoAtMs } from '../../../shared/domain/identity/kept-documents.ts';
import type { IdentityStatus } from '../../../shared/domain/tenants/tenant.ts';

const id: UploadId = 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV';
const other: UploadId = 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAW';
const submission: Submission = {
  name: 'Kim',
  number: '01022345678',
  role: 'representative',
  checkId: 'chk_01ARZ3NDEKTSV4RRFFQ69G5FAV',
  agreement: { version: '1', agreedAtMs: 1 },
  documents: [{ kind: 'business_registration', uploadId: id, fileName: 'a.pdf', sizeBytes: 1 }],
  submittedAtMs: 5,
};

test.each<[IdentityStatus, UploadId, number | null]>([
  ['reviewing', id, null],
  ['approved', id, null],
  ['rejected', id, 7],
  ['reviewing', other, 5], // replaced by what was handed in later
  ['approved', other, 5],
])('of an identity that is %s, %s is let go at %s', (status, upload, atMs) => {
  expect(identityLetGoAtMs({ status, submission, decidedAtMs: 7 }, upload)).toBe(atMs);
});

test('one that was handed in with nothing belongs to nobody', () => {
  expect(identityLetGoAtMs({ status: 'unverified', submission: null, decidedAtMs: null }, id)).toBe('unknown');
});
