import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Plugin } from 'esbuild';

/** What keeps bundles small besides esbuild's own work. Each was measured; together they take off a third. */
export const slim: Plugin = {
  name: 'slim',
  setup(build) {
    // Our own modules only declare things, so what a function does not use of them goes, with all it would bring.
    // Only our own imports end in `.ts`.
    build.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      sideEffects: false,
    }));
    build.onResolve({ filter: /^(@aws-sdk\/credential-provider-node|@smithy\/core\/event-streams)$/ }, ({ path }) => ({
      path: join(import.meta.dirname, 'stand-ins', `${basename(path)}.ts`),
      sideEffects: false,
    }));
    build.onLoad({ filter: /@aws-sdk\/.*\/schemas_\d+\.js$/ }, async ({ path }) => ({
      contents: withPlainKeys(await readFile(path, 'utf8')),
    }));
    build.onResolve({ filter: /^\.\.\/core\/to-json-schema\.js$/ }, () => ({
      path: join(import.meta.dirname, 'stand-ins', 'to-json-schema.ts'),
      sideEffects: false,
    }));
    build.onLoad({ filter: /zod\/v4\/classic\/schemas\.js$/ }, async ({ path }) => ({
      contents: withoutJsonSchema(await readFile(path, 'utf8')),
    }));
    build.onLoad({ filter: /liquidjs\/dist\/liquid\.node\.mjs$/ }, async ({ path }) => ({
      contents: withoutTags(await readFile(path, 'utf8')),
    }));
    // Of its own package.json the SDK reads nothing but the version.
    build.onLoad({ filter: /@aws-sdk\/[^/]+\/package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/**
 * The SDK describes every operation of a service in one module, with computed keys (`{ [_h]: … }`) whose names are
 * constants of that module. esbuild keeps whatever has a computed key, so all of S3 would stay for the sake of three
 * commands; written out, the keys let it see what is unused.
 */
function withPlainKeys(code: string): string {
  const constants = new Map(
    [...code.matchAll(/^const (_\w+) = ("[^"\\]*");$/gm)].map(([, name, text]) => [name, text]),
  );
  return code.replace(/\[(_\w+)\]:/g, (key, name) => (constants.has(name) ? `${constants.get(name)}:` : key));
}

/**
 * zod's shapes bring along what describes them as JSON schema. Only the OpenAPI document needs that, and it is made
 * when the functions are bundled.
 */
function withoutJsonSchema(code: string): string {
  const describes = /=> processors\.\w+Processor\(.*\);$/gm;
  if ((code.match(describes)?.length ?? 0) < 40) throw new Error('zod describes its shapes in a new way');
  return code.replace(describes, '=> createToJSONSchemaMethod(inst)();');
}

/**
 * Templates may use no tag, and of filters only our own: what liquidjs registers by itself is taken out again before
 * the first text is read. Not registering it in the first place lets all of it go.
 */
function withoutTags(code: string): string {
  const registers = /^ *forOwn\((?:tags|filters), .*\);$|^const filters = Object\.assign\(.*$/gm;
  if (code.match(registers)?.length !== 3) throw new Error('liquidjs registers its tags and filters in a new way');
  return code.replace(registers, (line) => (line.startsWith('const') ? 'const filters = {};' : ''));
}
