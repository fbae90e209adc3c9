import type * as z from 'zod';
import type { FieldCode, FieldError } from './problems.ts';

const toldMax = 50;

/** What zod found, in the API's words: one entry for each field, with a JSON pointer. Values are never repeated. */
export function fieldErrorsOf(error: z.ZodError, where: FieldError['in']): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const issue of error.issues) {
    if (errors.length >= toldMax) break;
    collect(issue, [], where, errors);
  }
  return errors.slice(0, toldMax);
}

/** The problem an issue asks for by itself: shapes say `params: { problem: 'invalid_cursor' }`. */
export const askedProblem = (error: z.ZodError): string | undefined =>
  error.issues.flatMap((issue) => (issue.code === 'custom' ? [issue.params?.problem] : [])).find(Boolean);

function collect(issue: z.core.$ZodIssue, before: readonly PropertyKey[], where: FieldError['in'], into: FieldError[]) {
  const path = [...before, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) {
      into.push({
        in: where,
        pointer: pointerOf([...path, key]),
        code: 'unknown_field',
        detail: 'There is no such field.',
      });
    }
    return;
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The alternative that was nearest to matching says best what is wrong: the one whose trouble lies deepest.
    const depth = (issues: readonly z.core.$ZodIssue[]) => Math.max(...issues.map((each) => each.path.length));
    const nearest = [...issue.errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0]!;
    for (const each of nearest) collect(each, path, where, into);
    return;
  }
  into.push({ in: where, pointer: pointerOf(path), code: codeOf(issue), detail: issue.message });
}

export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function codeOf(issue: z.core.$ZodIssue): FieldCode {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined') ? 'missing' : 'wrong_type';
    case 'too_big':
    case 'too_small':
      return issue.code;
    case 'invalid_format':
      return 'invalid_format';
    case 'custom':
      return (issue.params?.code as FieldCode | undefined) ?? 'invalid_value';
    default:
      return 'invalid_value';
  }
}
