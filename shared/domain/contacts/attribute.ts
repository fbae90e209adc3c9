import { parseMoment } from '../content/moment.ts';
import { saidIn } from '../permissions/imports/said-value.ts';
import { isNumberColumn } from '../recipients/number-column.ts';

/** What is known of a contact beside number and name, under a name of the customer's own. A date has no time of day. */
export type AttributeValue = string | number | boolean | { readonly date: string };
export type Attributes = Readonly<Record<string, AttributeValue>>;

export const attributeTypes = ['text', 'number', 'boolean', 'date'] as const;
export type AttributeType = (typeof attributeTypes)[number];

export const attributesMax = 50;
export const attributeNameMax = 100;
export const attributeCharactersMax = 1_000;
/** All of a contact's: a thousand contacts are read for one send, and hundreds answered in one page. */
export const attributesBytesMax = 16 * 1024;

export const attributesFit = (attributes: Attributes): boolean =>
  Object.keys(attributes).length <= attributesMax &&
  Buffer.byteLength(JSON.stringify(attributes)) <= attributesBytesMax;

/** Names that mean something else in a text or a file, and one that JavaScript keeps for itself. */
const reserved = ['name', 'tags', '__proto__'];

/** Why nothing can be called so; null: it can. A name stands in texts as a variable. */
export function attributeNameProblem(name: string): string | null {
  if (name === '' || name.length > attributeNameMax) return `has a name that is empty or too long`;
  if (name !== name.trim() || name !== name.normalize('NFC')) return 'has a name with space around it, or not composed';
  if (/[\p{Cc}{}]/u.test(name)) return 'has a name that no text could use';
  return isNumberColumn(name) || reserved.includes(name) ? 'has a name that means something else' : null;
}

export const attributeTypeOf = (value: AttributeValue): AttributeType => {
  if (typeof value === 'object') return 'date';
  return typeof value === 'string' ? 'text' : (typeof value as 'number' | 'boolean');
};

/** As it stands in a message, and in a file. */
export const attributeText = (value: AttributeValue): string =>
  typeof value === 'object' ? value.date : String(value);

/** What JSON carries exactly, and what is written without an exponent. */
export const isPlainNumber = (value: number): boolean => {
  const text = String(value);
  return /^-?\d+(\.\d+)?$/.test(text) && text.replace(/\D/g, '').length <= 15;
};

/** A day that exists, as `2026-12-24`. */
export const isDate = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && dateIn(text) === text;

/** A cell of a file as a type reads it; null: it is none of that type. The cell is not empty. */
export function attributeIn(type: AttributeType, cell: string): AttributeValue | null {
  switch (type) {
    case 'text':
      return cell.length > attributeCharactersMax ? null : cell;
    case 'number': {
      const digits = cell.trim().replace(/,(?=\d{3}(?:\D|$))/g, '');
      if (!/^[+-]?\d{1,15}(\.\d{1,15})?$/.test(digits)) return null;
      const value = Number(digits) || 0; // and no zero below zero
      return isPlainNumber(value) ? value : null;
    }
    case 'boolean':
      return saidIn(cell) ?? null;
    case 'date': {
      const date = dateIn(cell);
      return date === null ? null : { date };
    }
  }
}

const dayMs = 86_400_000;

function dateIn(cell: string): string | null {
  // Bare digits are a date only if they are eight; others would be seconds
  if (!/^\s*(\d{8}|\d{4}[-/.].*)\s*$/.test(cell)) return null;
  const moment = parseMoment(cell, 0);
  if (moment?.kind !== 'wall' || moment.wallMs % dayMs !== 0) return null;
  return new Date(moment.wallMs).toISOString().slice(0, 10);
}
