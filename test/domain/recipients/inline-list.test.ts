import { describe, expect, test } from 'vitest';
import { inlineListOf } from '../../../shared/domain/recipients/inline-list.ts';

const decomposed = '이름'.normalize('NFD');

describe('recipients of a call', () => {
  test('have their values under one name, however each of them composed it', () => {
    const list = inlineListOf([
      { to: '010-2345-6789', variables: { 이름: '철수' } },
      { to: '010-3456-7890', variables: { [decomposed]: '영희', city: '서울' } },
      { to: '010-4567-8901', variables: {} },
    ]);
    expect(list.columns).toEqual(['phoneNumber', '이름', 'city']);
    expect(list.rows.map(([, , ...cells]) => cells)).toEqual([
      ['철수', ''],
      ['영희', '서울'],
      ['', ''],
    ]);
  });

  test('are told by their numbers alone: no value passes as one', () => {
    const variables = { phoneNumber: '01099999999', recipient_no: '01099999999', a: 'A' };
    const list = inlineListOf([{ to: '010-2345-6789', variables }]);
    expect(list).toEqual({ columns: ['phoneNumber', 'a'], rows: [[1, '821023456789', 'A']], rejected: [] });
  });

  test('may name variables as nothing else is named', () => {
    const variables = Object.fromEntries(
      ['constructor', 'toString', '{{ a }}', '##b##', ' '].map((name) => [name, name]),
    );
    const list = inlineListOf([{ to: '010-2345-6789', variables }]);
    expect(list.rows).toEqual([[1, '821023456789', ...list.columns.slice(1)]]);
  });
});
