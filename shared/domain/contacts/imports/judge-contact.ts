import type { RowImport } from '../../imports/row-import.ts';
import {
  type ColumnProblem,
  columnsMissing,
  judged,
  namedCells,
  type RowCells,
  RowRefused,
  type Verdict,
} from '../../imports/row-work.ts';
import {
  type AttributeType,
  type AttributeValue,
  attributeCharactersMax,
  attributeIn,
  attributeNameProblem,
  attributesBytesMax,
  attributesFit,
  attributesMax,
} from '../attribute.ts';
import { nameCharactersMax, tagCharactersMax, tagsMax } from '../contact.ts';
import type { ContactChoices } from './contact-choices.ts';

/** What a row says of a contact; an empty cell says nothing. */
export interface ContactRow {
  readonly name: string | undefined;
  readonly tags: readonly string[] | undefined;
  readonly attributes: readonly GivenAttribute[];
}

export interface GivenAttribute {
  readonly name: string;
  readonly value: AttributeValue;
  /** The cell, where nobody said of which type it is: then a contact's own attribute does. */
  readonly untyped: string | null;
}

const own = ['name', 'tags'];

/** The columns of a file that are attributes; the first is the number. */
const attributeColumns = (columns: readonly string[]): readonly string[] =>
  columns.slice(1).filter((name) => !own.includes(name));

/** A file may have a column of rows, codes and reasons that our own report brought in. */
const reportColumns = ['row', 'code', 'reason'];
const isOwnReport = (columns: readonly string[]): boolean => reportColumns.every((name) => columns.includes(name));
const imported = (columns: readonly string[]): readonly string[] =>
  attributeColumns(columns).filter((name) => !(isOwnReport(columns) && reportColumns.includes(name)));

export function contactColumnProblem(
  { contacts }: Pick<RowImport, 'contacts'>,
  columns: readonly string[],
): ColumnProblem | null {
  const attributes = imported(columns);
  const typed = Object.keys(choicesOf(contacts).types);
  const missing = columnsMissing(typed.filter((name) => !attributes.includes(name)));
  if (missing) return missing;
  if (attributes.length > attributesMax) {
    const message = `The file has ${attributes.length} columns of attributes; a contact has at most ${attributesMax}.`;
    return { code: 'columns_unusable', message };
  }
  const wrong = attributes.find((name) => attributeNameProblem(name) !== null);
  if (wrong === undefined) return null;
  return { code: 'columns_unusable', message: `The column "${wrong}" ${attributeNameProblem(wrong)}.` };
}

export function contactJudge(
  { contacts }: RowImport,
  columns: readonly string[],
): (row: RowCells) => Verdict<ContactRow> {
  const { types } = choicesOf(contacts);
  const attributes = imported(columns);
  const cellsOf = namedCells(columns);
  return (row) =>
    judged(() => {
      const cellOf = cellsOf(row);
      const cell = (name: string) => unquoted(cellOf(name));
      const said = attributes.flatMap((name) => given(name, cell(name), types[name]));
      if (!attributesFit(Object.fromEntries(said.map(({ name, value }) => [name, value])))) {
        const message = `All attributes of a contact may have at most ${attributesBytesMax} bytes together.`;
        throw new RowRefused(said[0]?.name ?? '', 'too_long', message);
      }
      return { name: nameIn(cell('name')), tags: tagsIn(cell('tags')), attributes: said };
    });
}

/** An apostrophe before what a spreadsheet would calculate is how our own files, and spreadsheets, mark text. */
const unquoted = (cell: string): string => (/^'\s*[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell);

function given(name: string, cell: string, type: AttributeType | undefined): GivenAttribute[] {
  if (cell.trim() === '') return [];
  const value = attributeIn(type ?? 'text', cell);
  if (value !== null) return [{ name, value, untyped: type === undefined ? cell : null }];
  if ((type ?? 'text') === 'text') {
    throw new RowRefused(name, 'too_long', `"${name}" may have at most ${attributeCharactersMax} characters.`);
  }
  throw new RowRefused(name, 'invalid_value', `"${name}" must be ${wanted[type as keyof typeof wanted]}.`);
}

const wanted = {
  number: 'a number of at most 15 digits',
  boolean: 'yes or no: true, false, Y, N, O, X, 동의, 거부',
  date: 'a day that exists, such as 2026-12-24',
} as const;

function nameIn(cell: string): string | undefined {
  const name = cell.trim();
  if (name.length > nameCharactersMax) {
    throw new RowRefused('name', 'too_long', `"name" may have at most ${nameCharactersMax} characters.`);
  }
  return name === '' ? undefined : name;
}

function tagsIn(cell: string): readonly string[] | undefined {
  const tags = [...new Set(cell.split(',').map((tag) => tag.trim().normalize('NFC')))].filter((tag) => tag !== '');
  if (tags.length > tagsMax || tags.some((tag) => tag.length > tagCharactersMax)) {
    const message = `"tags" may name at most ${tagsMax}, parted by commas, of at most ${tagCharactersMax} characters.`;
    throw new RowRefused('tags', 'too_long', message);
  }
  return tags.length === 0 ? undefined : tags;
}

export function choicesOf(contacts: RowImport['contacts']): ContactChoices {
  if (contacts === null) throw new Error('An import of contacts does not say what to do with those that are there');
  return contacts;
}
