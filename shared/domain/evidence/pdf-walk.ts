import { leadsFromTheWeb } from './pdf-links.ts';
import type { PdfTokens } from './pdf-tokens.ts';
import { isConstant } from './pdf-values.ts';

/** What is seen of a value by walking through it, however large it is; nothing of it is kept. */
export interface Seen {
  /** Something that acts, or carries a file along, is named. */
  isUnsafe: boolean;
  isEncrypted: boolean;
  /** Where values begin that say what is done without a click. */
  readonly opening: Opening[];
  /** Numbers of objects that say where a link leads. */
  readonly links: number[];
}

/** Where a value begins that says what is done without a click, and under which key. */
export interface Opening {
  readonly key: 'OpenAction' | 'AA';
  readonly at: number;
}

/** Of a value as a whole, if it is a dictionary. */
export interface Outermost {
  readonly keys: ReadonlySet<string>;
  readonly type: string | null;
}

/** What runs, starts programs, sends, plays or fetches something, or carries other files along, wherever it stands. */
const unsafeNames = new Set([
  ...['JavaScript', 'JS', 'OnInstantiate', 'XFA'],
  ...['Launch', 'SubmitForm', 'ImportData', 'GoToR', 'GoToE', 'RichMediaExecute'],
  ...['Rendition', 'RichMedia', '3DD', 'EmbeddedFile', 'EmbeddedFiles', 'FileAttachment'],
]);
/** As kinds of actions and annotations only: elsewhere they are words like others. */
const unsafeKinds = new Set(['Movie', 'Sound']);
/** A way to another file, if it names one. */
const threadKind = 'Thread';
const kindKeys = new Set(['S', 'Subtype']);
/** Where a link leads, and what it leads on from. */
const linkKeys = new Set(['URI', 'Base']);
/** What else a dictionary has that says where a file lies. */
const fileKeys = ['F', 'UF', 'DOS', 'Mac', 'Unix'];

const depthMax = 400;
/** All that dictionaries are known by here; no other key is kept. */
const knownBy = new Set([...fileKeys, 'EF', 'N', 'First', 'Ref']);
const none: ReadonlySet<string> = new Set();

interface Frame {
  readonly of: 'dictionary' | 'array';
  /** The key whose value comes next; null: a key comes next. */
  key: string | null;
  /** Only made where there is something to keep. */
  keys: Set<string> | null;
  type: string | null;
  isThread: boolean;
}

/** What stood there. `outermost` is null unless it is a dictionary. */
export type Walked =
  | { readonly kind: 'value'; readonly outermost: Outermost | null }
  | { readonly kind: 'word'; readonly word: string }
  | { readonly kind: 'end' | 'malformed' };

const [end, malformed] = [{ kind: 'end' }, { kind: 'malformed' }] as const;

/** Walks through one value, or over what stands instead of one, from where `tokens` stand. @throws PdfTooMuch */
export function walkValue(tokens: PdfTokens, seen: Seen): Walked {
  const frames: Frame[] = [];
  for (;;) {
    const frame = frames.at(-1);
    const token = tokens.next();
    if (token.kind === 'odd' || (token.kind === 'end' && frame)) return malformed;
    if (token.kind === 'end') return end;
    if (token.kind === 'name') {
      if (unsafeNames.has(token.name)) seen.isUnsafe = true;
      if (token.name === 'Encrypt') seen.isEncrypted = true;
    }
    if (token.kind === 'close') {
      if (frame?.of !== token.of || (frame.of === 'dictionary' && frame.key !== null)) return malformed;
      frames.pop();
      const { type } = frame;
      const keys = frame.keys ?? none;
      if (keys.has('EF') && (type === 'Filespec' || fileKeys.some((key) => keys.has(key)))) seen.isUnsafe = true;
      if (frame.isThread && keys.has('F')) seen.isUnsafe = true;
      const outer = frames.at(-1);
      if (!outer) return { kind: 'value', outermost: frame.of === 'dictionary' ? { keys, type } : null };
      outer.key = null;
      continue;
    }
    if (frame?.of === 'dictionary' && frame.key === null) {
      if (token.kind !== 'name') return malformed;
      frame.key = token.name;
      if (knownBy.has(token.name)) frame.keys = (frame.keys ?? new Set()).add(token.name);
      if (token.name === 'OpenAction' || token.name === 'AA') seen.opening.push({ key: token.name, at: tokens.at });
      continue;
    }
    if (token.kind === 'open') {
      if (frames.length === depthMax) return malformed;
      frames.push({ of: token.of, key: null, keys: null, type: null, isThread: false });
      continue;
    }
    if (token.kind === 'word' && !isConstant(token.word)) return frame ? malformed : token;
    // A name that is an object by itself may be the kind of whatever refers to it
    if (!frame && token.kind === 'name' && unsafeKinds.has(token.name)) seen.isUnsafe = true;
    if (!frame) return { kind: 'value', outermost: null };
    if (token.kind === 'name' && frame.key !== null) {
      if (kindKeys.has(frame.key) && unsafeKinds.has(token.name)) seen.isUnsafe = true;
      if (frame.key === 'Type') frame.type = token.name;
      if (frame.key === 'S' && token.name === threadKind) frame.isThread = true;
    }
    if (frame.key !== null && linkKeys.has(frame.key)) {
      if (token.kind === 'reference') seen.links.push(token.number);
      const { bytes, from, at } = tokens;
      if (token.kind === 'string' && leadsFromTheWeb(bytes.subarray(from, at))) seen.isUnsafe = true;
    }
    frame.key = null;
  }
}
