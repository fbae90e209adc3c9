import type * as z from 'zod';
import type { FieldCode, FieldError } from './problems.ts';

const toldMax = 50;

/**
 * What zod found, in the API's words: one entry for each field, with a JSON pointer. Values are never repeated. The
 * shapes must have been parsed with `error: inWords` and `reportInput`.
 */
export function fieldErrorsOf(error: z.ZodError, where: FieldError['in']): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const issue of error.issues) {
    if (errors.length >= toldMax) break;
    collect(issue, where, errors);
  }
  return errors.slice(0, toldMax);
}

/** The problem an issue asks for by itself: shapes say `params: { problem: 'invalid_cursor' }`. */
export const askedProblem = (error: z.ZodError): string | undefined =>
  error.issues.flatMap((issue) => (issue.code === 'custom' ? [issue.params?.problem] : [])).find(Boolean);

function collect(issue: z.core.$ZodIssue, where: FieldError['in'], into: FieldError[]) {
  const add = (path: readonly PropertyKey[], code: FieldCode, detail: string) =>
    into.push({ in: where, pointer: pointerOf(path), code, detail });
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) add([...issue.path, key], 'unknown_field', 'There is no such field.');
  } else {
    add(issue.path, codeOf(issue), issue.message);
  }
}

export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function codeOf(issue: z.core.$ZodIssue): FieldCode {
  if (isMissing(issue)) return 'missing';
  switch (issue.code) {
    case 'invalid_type':
    case 'invalid_union':
      return 'wrong_type';
    case 'too_big':
    case 'too_small':
    case 'invalid_format':
      return issue.code;
    case 'custom':
      return (issue.params?.code as FieldCode | undefined) ?? 'invalid_value';
    default:
      return 'invalid_value';
  }
}

/** JSON has no undefined: only what was not given is. */
const isMissing = ({ code, input }: { readonly code: string; readonly input?: unknown }): boolean =>
  input === undefined && code.startsWith('invalid_');

/** The words of an issue whose shape brings none of its own. They stand behind the field's name: "is missing". */
export function inWords(issue: z.core.$ZodRawIssue): string {
  if (isMissing(issue)) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((value) => `\`${String(value)}\``).join(', ')}`;
    case 'invalid_union':
      return issue.errors
        .flatMap((other) => other.map(({ message }) => message))
        .join(' or ')
        .replaceAll(' or must be ', ' or ');
    case 'too_small':
      return issue.minimum === 1 && issue.origin in units ? 'must not be empty' : bound(issue, 'least', issue.minimum);
    case 'too_big':
      return bound(issue, 'most', issue.maximum);
    case 'invalid_format':
      return formatWords(issue);
    case 'invalid_key':
      return 'has a name that is empty or too long';
    default:
      return 'is not usable';
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const units: Readonly<Record<string, string>> = { string: 'characters', array: 'entries' };

const bound = ({ origin }: { readonly origin: string }, side: 'least' | 'most', limit: number | bigint): string =>
  `must ${origin in units ? 'have' : 'be'} at ${side} ${limit.toLocaleString('en')} ${units[origin] ?? ''}`.trimEnd();

const idKinds: Readonly<Record<string, string>> = {
  ten: 'a tenant',
  key: 'a key',
  upl: 'an upload',
  dsp: 'a dispatch',
  cmp: 'a campaign',
  tpl: 'a template',
  cat: 'a category',
};

function formatWords({ format, pattern = '' }: { readonly format: string; readonly pattern?: string | undefined }) {
  if (format === 'email') return 'is not an email address';
  const [, prefix = ''] = /^\^([a-z]{3})_/.exec(pattern) ?? [];
  return prefix in idKinds ? `is not ${idKinds[prefix]} id (${prefix}_…)` : 'has a wrong form';
}
