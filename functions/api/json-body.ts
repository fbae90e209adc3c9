import { requestBytesMax } from '../../shared/contracts/limits.ts';
import { pointerOf } from './field-errors.ts';
import { type FieldCode, fieldProblem, type Problem, problem } from './problems.ts';

/** Bodies are objects of lists of objects of maps; nothing a customer means lies deeper. */
const depthMax = 16;

export interface RawBody {
  readonly text: string | undefined;
  readonly isBase64: boolean;
  readonly contentType: string | undefined;
  readonly contentLength: string | undefined;
}

/**
 * The value of a JSON body, or why it cannot be read. An empty body counts as `{}`, so that what is missing is told
 * field by field.
 */
export function readJsonBody(raw: RawBody): { readonly value: unknown } | Problem {
  if (raw.contentLength !== undefined && Number(raw.contentLength) > requestBytesMax) return tooLarge;
  const given = raw.text ?? '';
  if (given.length > (raw.isBase64 ? Math.ceil(requestBytesMax / 3) * 4 : requestBytesMax)) return tooLarge;
  const bytes = Buffer.from(given, raw.isBase64 ? 'base64' : 'utf8');
  if (bytes.length > requestBytesMax) return tooLarge;
  if (bytes.length === 0) return { value: {} };
  if (!isJson(raw.contentType)) {
    return problem('unsupported_media_type', 'Send the body as application/json, in UTF-8.');
  }
  const text = utf8(bytes);
  if (text === null) return problem('malformed_json', 'The body is not UTF-8.');
  if (text.trim() === '') return { value: {} };
  const parsed = jsonOf(text);
  if (parsed === null) return problem('malformed_json', 'The body is not JSON.');
  return flawOf(parsed.value) ?? parsed;
}

const tooLarge = problem('body_too_large', `A body may have at most ${requestBytesMax} bytes.`);

function isJson(contentType: string | undefined): boolean {
  const [type, ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='));
  return type!.trim() === 'application/json' && (charset === undefined || /^charset="?utf-?8"?$/.test(charset));
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function jsonOf(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null; // the parser's message repeats the text, which may hold phone numbers
  }
}

/**
 * What JSON allows but nothing behind this door could keep: half surrogates, members that mean something to the
 * language, bottomless nesting. Walks without recursion, so that depth costs no stack.
 */
function flawOf(root: unknown): Problem | null {
  const open: { readonly value: unknown; readonly path: readonly string[] }[] = [{ value: root, path: [] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, path } = next;
    if (typeof value === 'string' && !value.isWellFormed()) return refused(path, 'not_unicode', 'Half a character.');
    if (value === null || typeof value !== 'object') continue;
    if (path.length >= depthMax) return refused(path, 'too_deep', `Deeper than ${depthMax} levels.`);
    for (const [name, member] of Object.entries(value)) {
      if (name === '__proto__') return refused([...path, name], 'unknown_field', 'There is no such field.');
      if (!name.isWellFormed()) return refused(path, 'not_unicode', 'A name with half a character.');
      if (typeof member === 'string' || typeof member === 'object') open.push({ value: member, path: [...path, name] });
    }
  }
  return null;
}

const refused = (path: readonly string[], code: FieldCode, detail: string) =>
  fieldProblem('invalid_request', pointerOf(path), code, detail);
