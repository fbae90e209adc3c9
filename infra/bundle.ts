import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { slim } from './slim.ts';

const root = join(import.meta.dirname, '..');

/** Every function and the file its bundle starts from. */
export const entries = {
  api: 'functions/api/handler.ts',
  account: 'functions/api/account-handler.ts',
  results: 'functions/api/results-handler.ts',
  campaigns: 'functions/api/campaigns-handler.ts',
  content: 'functions/api/content-handler.ts',
  contacts: 'functions/api/contacts-handler.ts',
  permissions: 'functions/api/permissions-handler.ts',
  'side-sends': 'functions/api/side-sends-handler.ts',
  'sender-numbers': 'functions/api/sender-numbers-handler.ts',
  identity: 'functions/api/identity-handler.ts',
  operator: 'functions/api/operator-handler.ts',
  'opt-out-calls': 'functions/api/opt-out-calls-handler.ts',
  docs: 'functions/docs/handler.ts',
  'validate-upload': 'functions/validate-upload.ts',
  'prepare-dispatch': 'functions/prepare-dispatch.ts',
  'run-campaign': 'functions/run-campaign.ts',
  'import-rows': 'functions/import-rows.ts',
  'release-wave': 'functions/release-wave.ts',
  'send-batch': 'functions/send-batch.ts',
  'poll-reports': 'functions/poll-reports.ts',
  'settle-dispatch': 'functions/settle-dispatch.ts',
  'tell-outcome': 'functions/tell-outcome.ts',
  'erase-people': 'functions/erase-people.ts',
  sweep: 'functions/sweep.ts',
} as const;
export type FunctionName = keyof typeof entries;
export const functionNames = Object.keys(entries) as FunctionName[];

/** Files that lie beside a bundle and are read at run time, by their path from the root. */
const companions: Partial<Record<FunctionName, readonly string[]>> = {
  docs: ['node_modules/openapi-explorer/dist/browser/openapi-explorer.min.js'],
};

/** One function's code, ready to be zipped: `directory` holds `index.mjs`, exporting `handler`. */
export interface Bundle {
  readonly name: FunctionName;
  readonly directory: string;
  /** Size of `index.mjs`, minified. */
  readonly bytes: number;
  /** What the size is made of: bytes by package (`own` for this repository), largest first. */
  readonly bytesByPackage: readonly (readonly [string, number])[];
}
export type Bundles = Readonly<Record<FunctionName, Bundle>>;

/**
 * Bundles all functions in one run of esbuild (half a second) into `directory`, one folder each, which it empties
 * first, and leaves the OpenAPI document beside the API. Throws, with esbuild's message on stderr, when a function does
 * not build.
 */
export async function bundleFunctions(directory: string): Promise<Bundles> {
  rmSync(directory, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: functionNames.map((name) => ({ in: entries[name], out: `${name}/index` })),
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // ESM builds of packages shake; their CommonJS builds do not.
    mainFields: ['module', 'main'],
    plugins: [slim],
    // Packages that are CommonJS only still call require() for Node's own modules.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    // A function is one file; a source map would be larger than the code and slow every cold start.
    splitting: false,
    sourcemap: false,
    legalComments: 'none',
    charset: 'utf8',
    metafile: true,
    logLevel: 'warning',
  });

  const bundleOf = (name: FunctionName): Bundle => {
    const folder = join(directory, name);
    mkdirSync(folder, { recursive: true });
    for (const file of companions[name] ?? []) copyFileSync(join(root, file), join(folder, file.split('/').at(-1)!));
    const output = metafile.outputs[relative(root, join(folder, 'index.mjs'))];
    if (!output) throw new Error(`esbuild wrote no bundle for ${name}`);
    return { name, directory: folder, bytes: output.bytes, bytesByPackage: bytesByPackage(output.inputs) };
  };
  const bundles = Object.fromEntries(functionNames.map((name) => [name, bundleOf(name)])) as Bundles;
  writeFileSync(join(bundles.api.directory, 'openapi.json'), JSON.stringify(await makeDocument()));
  return bundles;
}

/** Runs what describes the API; named like an entry, by its path, as it is built and not used here. */
async function makeDocument(): Promise<unknown> {
  const { makeDocument } = (await import(join(root, 'functions/api/openapi.ts'))) as { makeDocument: () => unknown };
  return makeDocument();
}

function bytesByPackage(inputs: Readonly<Record<string, { bytesInOutput: number }>>): [string, number][] {
  const sums = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const owner = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'own';
    sums.set(owner, (sums.get(owner) ?? 0) + bytesInOutput);
  }
  return [...sums].sort((a, b) => b[1] - a[1]);
}
