import { describe, expect, test } from 'vitest';
import {
  documentsNeeded,
  identityDocumentKinds,
  identityMoves,
  identityRoles,
} from '../../../shared/domain/identity/identity.ts';
import { isSameName } from '../../../shared/domain/identity/person.ts';
import { documentFlaws, mismatches } from '../../../shared/domain/identity/submit-identity.ts';

const upload = (n: number) => `upl_01ARZ3NDEKTSV4RRFFQ69G5F${String(n).padStart(2, '0')}` as const;
const given = (...kinds: readonly (typeof identityDocumentKinds)[number][]) =>
  kinds.map((kind, n) => ({ kind, uploadId: upload(n) }));

describe('documents', () => {
  test.each([
    ['representative', ['business_registration'], []],
    ['representative', [], [{ kind: 'missing', document: 'business_registration' }]],
    [
      'representative',
      ['employment_proof'],
      [
        { kind: 'missing', document: 'business_registration' },
        { kind: 'not_needed', index: 0 },
      ],
    ],
    ['representative', ['business_registration', 'employment_proof'], [{ kind: 'not_needed', index: 1 }]],
    ['representative', ['business_registration', 'business_registration'], [{ kind: 'twice', index: 1 }]],
    ['employee', ['employment_proof', 'business_registration'], []],
    ['employee', ['business_registration'], [{ kind: 'missing', document: 'employment_proof' }]],
    ['employee', ['employment_proof'], [{ kind: 'missing', document: 'business_registration' }]],
    ['employee', ['employment_proof', 'business_registration', 'employment_proof'], [{ kind: 'twice', index: 2 }]],
  ] as const)('of a %s: %j', (role, kinds, flaws) => {
    expect(documentFlaws({ role, documents: given(...kinds) })).toEqual(flaws);
  });

  test('no file is two documents', () => {
    const documents = identityDocumentKinds.map((kind) => ({ kind, uploadId: upload(1) }));
    expect(documentFlaws({ role: 'employee', documents })).toEqual([{ kind: 'twice', index: 1 }]);
  });

  test('everybody hands in the registration', () => {
    for (const role of identityRoles) expect(documentsNeeded[role]).toContain('business_registration');
  });
});

const kim = { name: '김하늘', number: '01023456789' };
const park = { name: '박바다', number: '01087654321' };

test.each([
  [kim, kim, kim, []],
  [kim, { ...kim, name: park.name }, kim, ['name_of_sign_up', 'name_of_check']],
  [kim, { ...kim, number: park.number }, kim, ['number_of_sign_up', 'number_of_check']],
  [kim, kim, { ...kim, name: park.name }, ['name_of_check']],
  [kim, kim, { ...kim, number: park.number }, ['number_of_check']],
  [kim, park, park, ['name_of_sign_up', 'number_of_sign_up']],
  [kim, kim, park, ['name_of_check', 'number_of_check']],
  [kim, kim, null, ['check_missing']],
  [kim, park, null, ['name_of_sign_up', 'number_of_sign_up', 'check_missing']],
] as const)('of sign-up %j, what is said %j and what was checked %j differ %j', (signUp, said, confirmed, fields) => {
  expect(mismatches(signUp, said, confirmed)).toEqual(fields);
});

test.each([
  ['김하늘', '김하늘'.normalize('NFD'), true],
  ['KIM  HA NEUL', 'Kim Ha Neul ', true],
  ['김하늘', '김하늘 2', false],
  ['김하늘', '김 하늘', false],
  ['', 'x', false],
])('%j and %j are one name: %s', (one, other, same) => {
  expect([isSameName(one, other), isSameName(other, one)]).toEqual([same, same]);
});

test('no move starts where another of the operator’s does that would undo it unseen', () => {
  expect(identityMoves.approve).toEqual(identityMoves.reject);
  expect(identityMoves.revoke.filter((state) => (identityMoves.reject as readonly string[]).includes(state))).toEqual(
    [],
  );
});
