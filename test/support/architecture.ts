import { posix } from 'node:path';

/** A file of the repository, `path` from its root. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** What a rule finds wrong with a file, one line each; nothing when the file keeps it. */
export type Rule = (file: SourceFile) => readonly string[];

/** What stands in the file without its comments. */
const codeOf = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;{(,])\/\/.*$/gm, '$1');

const importPatterns = [
  /^\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]/g,
  /\brequire\(\s*['"]([^'"]+)['"]/g,
];

/** Everything a file imports: packages by name, files by their path from the root. */
export function importsOf({ path, text }: SourceFile): readonly string[] {
  const code = codeOf(text);
  return importPatterns
    .flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ''))
    .map((name) => (name.startsWith('.') ? posix.join(posix.dirname(path), name) : name));
}

interface Layer {
  /** Files that it is made of. */
  readonly files: RegExp;
  /** What these may import, of our own and of others. */
  readonly mayImport: RegExp;
}

const own = '(?:functions|shared|infra|test)/';
/** Any package; `own` begins what is no package. */
const packages = `(?!${own})`;

/** The first that a file belongs to counts. Imports point one way: to what knows less. */
const layers: readonly Layer[] = [
  { files: /^shared\/contracts\//, mayImport: /^(shared\/contracts\/|zod$)/ },
  {
    files: /^shared\/domain\//,
    mayImport: new RegExp(`^(shared/(domain|contracts)/|${packages}(?!@aws-sdk/|@smithy/|aws-|@aws-lambda|@middy/))`),
  },
  {
    files: /^shared\/adapters\//,
    mayImport: new RegExp(`^(shared/(adapters|domain|contracts)/|${packages}(?!aws-cdk|@middy/))`),
  },
  { files: /^functions\/deps\//, mayImport: new RegExp(`^(functions/|shared/|${packages}(?!aws-cdk))`) },
  {
    files: /^functions\/middleware\//,
    mayImport: new RegExp(`^(functions/|shared/(domain|contracts)/|${packages}(?!aws-cdk|@aws-sdk/))`),
  },
  {
    files: /^functions\//,
    mayImport: new RegExp(`^(functions/|shared/(domain|contracts)/|${packages}(?!aws-cdk|@aws-sdk/))`),
  },
  { files: /^infra\/local\//, mayImport: new RegExp(`^(infra/|${packages})`) },
  { files: /^infra\//, mayImport: new RegExp(`^(infra/|shared/contracts/|${packages})`) },
  { files: /^test\//, mayImport: /^/ },
];

export const importDirections: Rule = (file) => {
  const layer = layers.find(({ files }) => files.test(file.path));
  if (!layer) return [`${file.path} belongs to no layer`];
  return importsOf(file)
    .filter((name) => !layer.mayImport.test(name))
    .map((name) => `${file.path} imports ${name}`);
};

export const middyOnlyInMiddleware: Rule = (file) =>
  /^(functions\/middleware|test)\//.test(file.path)
    ? []
    : importsOf(file)
        .filter((name) => name.startsWith('@middy/'))
        .map((name) => `${file.path} imports ${name}`);

/** A named import of zod bundles every language's messages. */
export const zodAsNamespace: Rule = ({ path, text }) =>
  codeOf(text)
    .split('\n')
    .filter((line) => /^\s*(?:import|export|}).*['"]zod['"]/.test(line))
    .filter((line) => !/^import (?:type )?\* as z from 'zod';$/.test(line))
    .map((line) => `${path}: ${line.trim()}`);

const matches = ({ path, text }: SourceFile, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map((match) => `${path}: ${match[0].trim()}`);

const unsteady =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\.now\b|\bMath\.random\b|\bcrypto\.random\w+|\brandom\w+[^;}]*}\s*from\s*['"](?:node:)?crypto['"]|\bgetRandomValues\b|\bset(?:Timeout|Interval|Immediate)\b|\bprocess\.|['"](?:node:)?process['"]|['"](?:node:)?(?:fs|http|https|net|timers)(?:\/promises)?['"]|\bfetch\(/g;

/** The domain is told the time, ids and chance, and reaches for nothing itself. */
export const domainIsPure: Rule = ({ path, text }) =>
  path.startsWith('shared/domain/') || path.startsWith('shared/contracts/')
    ? matches({ path, text: codeOf(text) }, unsteady)
    : [];

/** Settings are parsed once, at the doors. */
export const environmentAtTheDoors: Rule = ({ path, text }) =>
  path.startsWith('shared/') || (path.startsWith('functions/') && path !== 'functions/settings.ts')
    ? matches({ path, text: codeOf(text) }, /\bprocess\.env\b/g)
    : [];

export const nothingLeftToDo: Rule = (file) => matches(file, /\b(?:TO[D]O|FIXM[E]|XX[X]|HAC[K])\b/g);

export const everyTestRuns: Rule = ({ path, text }) =>
  path.endsWith('.test.ts')
    ? matches(
        { path, text: codeOf(text) },
        /\b(?:test|it|describe|suite|bench)(?:\.\w+)*\.(?:only|skip|todo|skipIf|runIf|fails)\b/g,
      )
    : [];

/** `any` where a linter's exception beside it gives the reason. */
const excused = /^.*biome-ignore lint\/suspicious\/noExplicitAny: \S.*\n.*$/gm;

export const noAny: Rule = ({ path, text }) =>
  matches({ path, text: codeOf(text.replace(excused, '')) }, /:\s*an[y]\b|\bas an[y]\b|<an[y]\b|\bany\[\]/g);
