import { describe, expect, test } from 'vitest';
import {
  checklistOf,
  type DatedDocument,
  documentFaults,
  requiredDocuments,
} from '../../../shared/domain/senders/required-documents.ts';
import { type SenderDocumentKind, type SenderKind, senderKinds } from '../../../shared/domain/senders/sender.ts';
import { monthsBefore } from '../../../shared/domain/times/business-days.ts';

/** A quarter to one in the night of the 28th in Korea, the 27th elsewhere. */
const nowMs = Date.parse('2026-11-27T15:45:00Z');
let uploads = 0;
const document = (kind: SenderDocumentKind, issuedOn: string | null = '2026-11-01'): DatedDocument => ({
  kind,
  uploadId: `upl_${++uploads}`,
  issuedOn,
});
const faultsOf = (kind: SenderKind, documents: readonly DatedDocument[]) => documentFaults(kind, documents, nowMs);

/** As the rules for pre-registration say it, not as the code does. */
const rules: readonly (readonly [SenderKind, readonly SenderDocumentKind[]])[] = [
  ['representative', ['service_certificate']],
  ['company', ['service_certificate']],
  ['employee', ['service_certificate', 'employment_proof']],
  ['third_party', ['service_certificate', 'usage_agreement', 'business_license', 'relationship_proof']],
  ['other_person', ['service_certificate', 'usage_agreement']],
];
const pairs = rules.flatMap(([kind, needed]) => needed.map((each) => [kind, each] as const));
const extras = rules.flatMap(([kind, needed]) =>
  Object.values(requiredDocuments)
    .flat()
    .filter((each, i, all) => all.indexOf(each) === i && !needed.includes(each))
    .map((each) => [kind, each] as const),
);

describe('documents of a number', () => {
  test('every kind has its rule', () => expect(rules.map(([kind]) => kind).sort()).toEqual([...senderKinds].sort()));

  test.each(rules)('%s: these and no others are enough: %j', (kind, needed) => {
    expect(
      faultsOf(
        kind,
        needed.map((each) => document(each)),
      ),
    ).toEqual([]);
  });

  test.each(pairs)('%s without %s is refused', (kind, left) => {
    const given = requiredDocuments[kind].filter((each) => each !== left).map((each) => document(each));
    expect(faultsOf(kind, given)).toEqual([{ fault: 'missing', kind: left }]);
  });

  test.each(extras)('%s with %s, which nobody needs, is refused', (kind, more) => {
    const given = [...requiredDocuments[kind], more].map((each) => document(each));
    expect(faultsOf(kind, given)).toEqual([{ fault: 'not_needed', index: given.length - 1 }]);
  });

  test('two pages may be two files, but not one file twice', () => {
    const page = document('service_certificate');
    expect(faultsOf('company', [page, document('service_certificate')])).toEqual([]);
    expect(faultsOf('company', [page, { ...page }])).toEqual([{ fault: 'twice', index: 1 }]);
  });

  test.each<[SenderDocumentKind, string | null, string | null]>([
    ['service_certificate', '2026-11-28', null], // today, in Korea
    ['service_certificate', '2026-11-29', 'in_the_future'],
    ['service_certificate', '2026-08-28', null], // three months old
    ['service_certificate', '2026-08-27', 'too_old'],
    ['service_certificate', '2024-02-29', 'too_old'],
    ['service_certificate', null, 'undated'],
    ['employment_proof', '2020-01-01', null],
    ['employment_proof', '2026-11-29', 'in_the_future'],
    ['employment_proof', null, 'undated'],
  ])('a %s of %s: %s', (kind, issuedOn, fault) => {
    const others = requiredDocuments.employee.filter((each) => each !== kind).map((each) => document(each));
    const found = faultsOf('employee', [...others, document(kind, issuedOn)]);
    expect(found).toEqual(fault === null ? [] : [{ fault, index: 1 }]);
  });

  test.each(['usage_agreement', 'business_license', 'relationship_proof'] as const)('a %s needs no date', (kind) => {
    const given = requiredDocuments.third_party.map((each) => document(each, each === kind ? null : '2026-11-01'));
    expect(faultsOf('third_party', given)).toEqual([]);
  });

  test('everything that is wrong is told at once', () => {
    const given = [document('service_certificate', '2020-01-01'), document('business_license', '2030-01-01')];
    expect(faultsOf('employee', given)).toEqual([
      { fault: 'missing', kind: 'employment_proof' },
      { fault: 'too_old', index: 0 },
      { fault: 'not_needed', index: 1 },
      { fault: 'in_the_future', index: 1 },
    ]);
  });
});

test.each([
  ['2026-05-31', 3, '2026-02-28'],
  ['2028-05-31', 3, '2028-02-29'],
  ['2026-01-15', 3, '2025-10-15'],
  ['2026-03-31', 1, '2026-02-28'],
  ['2026-12-31', 3, '2026-09-30'],
  ['2026-03-01', 12, '2025-03-01'],
])('%s less %i months is %s', (date, months, before) => expect(monthsBefore(date, months)).toBe(before));

test('whoever approves has to look at each document that is asked for', () => {
  expect(checklistOf('employee')).toEqual([
    'certificate_names_number',
    'certificate_date_matches',
    'certificate_unmasked',
    'employment_proof_stamped',
    'employment_proof_date_matches',
    'resident_number_masked',
  ]);
  for (const [kind, needed] of rules) expect(checklistOf(kind).length).toBeGreaterThanOrEqual(needed.length);
  expect(checklistOf(null)).toEqual([]);
});
