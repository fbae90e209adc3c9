import { globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Modules of packages that no function of ours needs, and what stands in for them; each says why it may. */
const standIns: readonly (readonly [module: RegExp, standIn: string])[] = [
  [/^@aws-sdk\/credential-provider-node$/, 'credential-provider-node'],
  [/^@aws-sdk\/middleware-endpoint-discovery$/, 'endpoint-discovery'],
  [/^@smithy\/core\/event-streams$/, 'event-streams'],
  [/^\.\/(?:Md5|Sha1|Sha256)Js$/, 'hashes-in-js'],
  [
    /^\.\/(?:createChecksumStream|getAwsChunkedEncodingStream|sdk-stream-mixin|stream-collector)\.browser$/,
    'web-streams',
  ],
  [/^\.\.\/shared-ini-file-loader\/loadSharedConfigFiles$/, 'shared-config-files'],
  [/^\.\.\/core\/to-json-schema\.js$/, 'to-json-schema'],
];

/** The services that functions talk to, by the name of their client: each answers under a host prefix of its own. */
const hostPrefixes: Readonly<Record<string, string>> = {
  dynamodb: 'dynamodb',
  eventbridge: 'events',
  s3: 's3',
  scheduler: 'scheduler',
  'secrets-manager': 'secretsmanager',
  sesv2: 'email',
  sqs: 'sqs',
};

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
    for (const [filter, standIn] of standIns) {
      const path = join(import.meta.dirname, 'stand-ins', `${standIn}.ts`);
      build.onResolve({ filter }, () => ({ path, sideEffects: false }));
    }
    build.onLoad({ filter: /@aws-sdk\/client-[^/]+\/dist-es\/endpoint\/endpointResolver\.js$/ }, ({ path }) => ({
      contents: withPlainEndpoints(/client-([^/]+)/.exec(path)![1]!),
    }));
    build.onLoad({ filter: /@aws-sdk\/.*\/schemas_\d+\.js$/ }, async ({ path }) => ({
      contents: withPlainKeys(withoutErrors(await readFile(path, 'utf8'))),
    }));
    build.onLoad({ filter: /zod\/v4\/classic\/schemas\.js$/ }, async ({ path }) => ({
      contents: withoutJsonSchema(await readFile(path, 'utf8')),
    }));
    build.onLoad({ filter: /liquidjs\/dist\/liquid\.node\.mjs$/ }, async ({ path }) => ({
      contents: withPureFilters(await readFile(path, 'utf8')),
    }));
    build.onLoad({ filter: /\/functions\/api\/[^/]+\.ts$/ }, async ({ path }) => ({
      contents: withoutDescriptions(await readFile(path, 'utf8')),
      loader: 'ts',
    }));
    // Of its own package.json the SDK reads nothing but the version.
    build.onLoad({ filter: /@aws-sdk\/[^/]+\/package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

function withPlainEndpoints(client: string): string {
  const prefix = hostPrefixes[client];
  if (prefix === undefined) throw new Error(`Where ${client} answers is not told in infra/slim.ts`);
  const standIn = join(import.meta.dirname, 'stand-ins', 'endpoints.ts');
  return `import { endpointOf } from ${JSON.stringify(standIn)};
    export const defaultEndpointResolver = endpointOf('${prefix}');`;
}

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
 * Each service has dozens of errors, each a class, and a register that keeps them all. An error that is not in it comes
 * as the service's own exception, by its name and with its message all the same; so only those need to stay that our
 * code tells apart by class.
 */
function withoutErrors(code: string): string {
  return code.replace(/^n\d+_registry\.registerError\(\w+\$, (\w+)\);$/gm, (line, error) =>
    errorsToldApart.has(error) ? line : '',
  );
}

const adapters = join(import.meta.dirname, '../shared/adapters');
const errorsToldApart = new Set(
  globSync('**/*.ts', { cwd: adapters }).flatMap(
    (file) => readFileSync(join(adapters, file), 'utf8').match(/\b[A-Z]\w+Exception\b/g) ?? [],
  ),
);

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
 * Of liquidjs only the tokenizer is used. Its table of filters is joined from others when the module loads, which
 * esbuild takes for an effect worth keeping; told that joining them does nothing else, it leaves out what they render.
 */
function withPureFilters(code: string): string {
  const table = /^const filters = Object\.assign\(.*$/m;
  if (!table.test(code)) throw new Error('liquidjs joins its filters in a new way');
  return code.replace(table, (line) => line.replaceAll('Object.assign(', '/* @__PURE__ */ Object.assign('));
}

/** A text in quotes, or the name of one. In backquotes, what is put in has no texts of its own. */
const writtenText = /'(?:[^'\\\n]|\\.)*'|`(?:[^`$\\]|\\.|\$\{[^`'{}]*\})*`|[a-z]\w*/;
const description = new RegExp(
  `\\b(description|summary|example):\\s*(?:${writtenText.source})(?:\\s*\\+\\s*(?:${writtenText.source}))*(?=\\s*[,}])`,
  'g',
);

/** What routes and shapes say to people stands in the OpenAPI document, and nowhere else. */
const withoutDescriptions = (code: string): string => code.replace(description, "$1: ''");
