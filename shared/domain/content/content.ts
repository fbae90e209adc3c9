import type { MessageImage } from '../images/message-image.ts';
import { numberColumns } from '../recipients/number-column.ts';
import {
  type AddedParts,
  type Advertisement,
  type AdvertisementPart,
  nothingAdded,
  optOutLineOf,
  optOutLineVariable,
  partsToAdd,
} from './advertisement.ts';
import { advertisementProblems, endsOf, optOutLineProblems } from './advertisement-content.ts';
import { authWords, saysAuth } from './auth-words.ts';
import { type Binding, type Bound, bindTemplate } from './bind.ts';
import { type CharacterPolicy, substituteCharacters } from './characters.ts';
import { bytesOf, normaliseText, unsendableCharacters } from './cp949.ts';
import { bytesMaxOfRequested, isSms, type RequestedType, subjectBytesMax } from './message-type.ts';
import { type Literal, parseTemplate, type Template, templateProblemCodes } from './template.ts';
import { mixedForms } from './variable-form.ts';
import { cellReader, type DeclaredVariable } from './variables.ts';

/** What a message says, as a customer gives it and a dispatch keeps it. */
export interface MessageContent {
  readonly type: RequestedType;
  readonly subject: string | null;
  readonly text: string;
  readonly variables: readonly DeclaredVariable[];
  /** Of an MMS; `auto` with images is one. */
  readonly images: readonly MessageImage[];
}

/**
 * What its text is to be. Null: no advertisement. `undecided`: nobody knows yet, as with a template; then what only
 * advertisements have may stand in it, and nothing is missing.
 */
export type AdvertisementOf = Advertisement | null | 'undecided';

/** Content that was understood; it can be bound to the columns of any list. */
export interface CompiledContent {
  readonly type: RequestedType;
  readonly subject: Template | null;
  readonly text: Template;
  readonly declared: readonly DeclaredVariable[];
  /** Variables used in subject or text, in order of first use; built-in ones are not among them. */
  readonly variables: readonly string[];
  /** Those of them that need a value in every row: nowhere a default stands in. */
  readonly required: readonly string[];
  readonly characters: CharacterPolicy;
  readonly advertisement: Advertisement | null;
  /** What stands before and behind the text as it was given. */
  readonly added: AddedParts;
}

/** Content joined to the columns of one list and to the time of prepare: what renders rows. */
export interface BoundContent {
  readonly type: RequestedType;
  readonly subject: Bound | null;
  readonly text: Bound;
  readonly characters: CharacterPolicy;
  /** Whose parts every finished text must have. */
  readonly advertisement: Advertisement | null;
}

export const contentProblemCodes = [
  ...templateProblemCodes,
  'images_missing',
  'images_not_allowed',
  'empty_text',
  'empty_subject',
  'subject_not_allowed',
  'subject_not_one_line',
  'too_long',
  'unsendable_character',
  'duplicate_variable',
  'variable_format',
  'auth_word_missing',
  'reserved_variable',
  'advertisement_not_allowed',
  'opt_out_line_not_allowed',
  'advertisement_part_missing',
] as const;

/** Why content is refused. `pointer` leads into the content, `position` counts UTF-16 units of the text there from 0. */
export interface ContentProblem {
  readonly code: (typeof contentProblemCodes)[number];
  readonly pointer: string;
  readonly message: string;
  readonly position: number | null;
  /** Which part of an advertisement is missing, if that is what is wrong. */
  readonly part?: AdvertisementPart;
}

export type Compilation =
  | { readonly ok: true; readonly content: CompiledContent }
  | { readonly ok: false; readonly problems: readonly ContentProblem[] };

/** Understands content, or says everything that is wrong with it: what is wrong for every recipient is refused here. */
export function compileContent(
  content: MessageContent,
  characters: CharacterPolicy = 'refuse',
  advertises: AdvertisementOf = null,
): Compilation {
  const { type, variables: declared } = content;
  const advertisement = advertises === 'undecided' ? null : advertises;
  const problems = [...typeProblems(content), ...variableProblems(declared)];
  const text = compileText(content.text, '/text', problems);
  const subject = content.subject === null ? null : compileText(content.subject, '/subject', problems);
  if (text && subject) problems.push(...formProblems(text, subject));
  if (advertises === null) problems.push(...optOutLineProblems(text, subject));
  const ends = text && advertisement && endsOf(text, advertisement, characters);
  const added = ends && advertisement ? partsToAdd(ends, advertisement) : nothingAdded;
  if (problems.length === 0 && text) problems.push(...lengthProblems(content, text, subject, characters, added));
  if (text && type === 'auth') problems.push(...authProblems(text, advertisement));
  if (ends && advertisement) problems.push(...advertisementProblems(content, ends, added, advertisement));
  if (problems.length > 0 || !text) return { ok: false, problems };

  const defaults = new Set(declared.filter((one) => one.default !== null).map((one) => one.name.normalize('NFC')));
  const ownNames = (names: readonly string[]) => names.filter((name) => name !== optOutLineVariable);
  const variables = ownNames([...new Set([...(subject?.variables ?? []), ...text.variables])]);
  const needed = ownNames([...new Set([...(subject?.required ?? []), ...text.required])]);
  const required = needed.filter((name) => !defaults.has(name));
  const decided = type === 'auto' && content.images.length > 0 ? 'mms' : type;
  const said = { subject, text, declared, variables, required };
  return { ok: true, content: { type: decided, ...said, characters, advertisement, added } };
}

/** `nowMs` is what `now` means in texts: fixed when a dispatch is prepared, so that its texts never change. */
export function bindContent(content: CompiledContent, columns: readonly string[], nowMs: number): BoundContent {
  const { type, characters, advertisement, added } = content;
  const declared = content.declared.map((variable) => {
    const read = cellReader(variable);
    if (typeof read !== 'function') throw new Error('A declared variable that was not checked');
    const bound = { read: variable.type === 'text' ? null : read, default: variable.default };
    return [variable.name.normalize('NFC'), bound] as const;
  });
  const binding: Binding = {
    columns: columnsByName(columns),
    declared: new Map(declared),
    builtIns: new Map(advertisement ? [[optOutLineVariable, optOutLineOf(advertisement)]] : []),
    frame: { nowMs },
  };
  const bind = (template: Pick<Template, 'parts'>): Bound =>
    bindTemplate(template, binding).map((part) =>
      typeof part === 'string' ? substituteCharacters(part, characters) : part,
    );
  const whole = [added.before, ...content.text.parts, added.behind].filter((part) => part !== '');
  const subject = content.subject && bind(content.subject);
  return { type, characters, advertisement, subject, text: bind({ parts: whole }) };
}

/** The number of the recipient is the first column, whatever the list calls it. */
const columnsByName = (columns: readonly string[]): ReadonlyMap<string, number> =>
  new Map([
    ...numberColumns.map((name) => [name, 0] as const),
    ...columns.map((name, column) => [name.normalize('NFC'), column] as const),
  ]);

function compileText(given: string, pointer: '/text' | '/subject', problems: ContentProblem[]): Template | null {
  if (given.trim() === '') {
    const name = pointer === '/text' ? 'text' : 'subject';
    problems.push({ code: `empty_${name}`, pointer, message: `The ${name} is empty`, position: null });
    return null;
  }
  const parsed = parseTemplate(given);
  if (!parsed.ok) {
    problems.push(...parsed.problems.map((problem) => ({ ...problem, pointer })));
    return null;
  }
  return parsed.template;
}

function typeProblems({ type, subject, images }: MessageContent): ContentProblem[] {
  const problems: ContentProblem[] = [];
  if (type === 'mms' && images.length === 0) {
    const message = 'An MMS has one to three images; without any, it is an LMS';
    problems.push({ code: 'images_missing', pointer: '/images', message, position: null });
  }
  if (type !== 'mms' && type !== 'auto' && images.length > 0) {
    const message = 'Only an MMS has images: leave the type out, or give mms';
    problems.push({ code: 'images_not_allowed', pointer: '/images', message, position: null });
  }
  if (isSms(type) && subject !== null) {
    problems.push({
      code: 'subject_not_allowed',
      pointer: '/subject',
      message: 'An SMS has no subject',
      position: null,
    });
  }
  return problems;
}

function formProblems(text: Template, subject: Template): ContentProblem[] {
  const uses = [
    ...(subject.form ? [{ ...subject.form, pointer: '/subject' }] : []),
    ...(text.form ? [{ ...text.form, pointer: '/text' }] : []),
  ];
  return mixedForms(uses).map(({ pointer, position, message }) => ({
    code: 'mixed_variable_forms',
    pointer,
    message,
    position,
  }));
}

function authProblems({ parts }: Template, advertisement: Advertisement | null): ContentProblem[] {
  if (advertisement) {
    const message = 'An authentication message is no advertisement: leave out one of the two';
    return [{ code: 'advertisement_not_allowed', pointer: '/advertisement', message, position: null }];
  }
  if (saysAuth(parts.filter((part) => typeof part === 'string'))) return [];
  const words = authWords.join(', ');
  const message = `The text of an authentication message must say one of these words, outside of variables: ${words}`;
  return [{ code: 'auth_word_missing', pointer: '/text', message, position: null }];
}

function variableProblems(declared: readonly DeclaredVariable[]): ContentProblem[] {
  const seen = new Set<string>();
  return declared.flatMap((variable, n): ContentProblem[] => {
    const name = variable.name.normalize('NFC');
    if (name === optOutLineVariable) {
      const message = `${name} is built in: it shows the opt-out line of an advertisement`;
      return [{ code: 'reserved_variable', pointer: `/variables/${n}/name`, message, position: null }];
    }
    if (seen.has(name)) {
      const message = `The variable ${name} is declared twice`;
      return [{ code: 'duplicate_variable', pointer: `/variables/${n}/name`, message, position: null }];
    }
    seen.add(name);
    const read = cellReader(variable);
    if (typeof read === 'function') return [];
    const message = `The format of ${name} is refused: ${read.wrong}`;
    return [{ code: 'variable_format', pointer: `/variables/${n}/format`, message, position: null }];
  });
}

/** What the literal parts alone make impossible for every recipient. */
function lengthProblems(
  content: MessageContent,
  text: Template,
  subject: Template | null,
  characters: CharacterPolicy,
  { before, behind }: AddedParts,
): ContentProblem[] {
  const addedBytes = bytesOf(before) + bytesOf(behind);
  const problems = [...literalProblems(text, '/text', bytesMaxOfRequested(content.type), characters, addedBytes)];
  if (!subject) return problems;
  problems.push(...literalProblems(subject, '/subject', subjectBytesMax, characters));
  if (literalsOf(subject).includes('\n')) {
    const message = 'A subject has one line';
    problems.push({ code: 'subject_not_one_line', pointer: '/subject', message, position: null });
  }
  return problems;
}

const literalsOf = (template: Template) => template.parts.filter((part) => typeof part === 'string').join('');

function literalProblems(
  template: Template,
  pointer: string,
  bytesMax: number,
  characters: CharacterPolicy,
  addedBytes = 0,
): ContentProblem[] {
  const bytes = bytesOf(substituteCharacters(literalsOf(template), characters)) + addedBytes;
  const message = `${bytes} bytes before any variable; at most ${bytesMax} can be sent`;
  const tooLong: ContentProblem[] = bytes > bytesMax ? [{ code: 'too_long', pointer, message, position: null }] : [];
  return [...tooLong, ...template.literals.flatMap((literal) => unsendableProblems(literal, pointer, characters))];
}

function unsendableProblems({ given, position }: Literal, pointer: string, policy: CharacterPolicy): ContentProblem[] {
  let behind = 0;
  return unsendableCharacters(substituteCharacters(normaliseText(given), policy)).map(({ character }) => {
    const point = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    const message = `No Korean carrier takes the character ${character} (U+${point})`;
    // A composed character may not stand in the given text: then it is somewhere behind the last one that does
    const found = given.indexOf(character, behind);
    const at = found < 0 ? behind : found;
    if (found >= 0) behind = found + character.length;
    return { code: 'unsendable_character', pointer, message, position: position + at };
  });
}
