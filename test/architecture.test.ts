import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  domainIsPure,
  environmentAtTheDoors,
  everyTestRuns,
  importDirections,
  importsOf,
  middyOnlyInMiddleware,
  noAny,
  nothingLeftToDo,
  type Rule,
  type SourceFile,
  zodAsNamespace,
} from './support/architecture.ts';

const files: readonly SourceFile[] = globSync('{functions,infra,shared,test}/**/*.{ts,mjs}').map((path) => ({
  path,
  text: readFileSync(path, 'utf8'),
}));

/** Every rule, with files that break it and files that do not. Texts are cut in two where they would break a rule here. */
const rules: Readonly<
  Record<
    string,
    { rule: Rule; broken: readonly (readonly [string, string])[]; kept: readonly (readonly [string, string])[] }
  >
> = {
  'imports point one way': {
    rule: importDirections,
    broken: [
      ['functions/api/credits.ts', "import { openTable } from '../../shared/adapters/dynamo/table.ts';"],
      ['functions/send-batch.ts', "import type { Table } from '../shared/adapters/dynamo/table.ts';"],
      ['functions/send-batch.ts', "const { x } = await import('../shared/adapters/secrets.ts');"],
      ['functions/send-batch.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"],
      ['functions/deps/sends.ts', "import { buildApp } from '../../infra/app.ts';"],
      ['functions/sweep.ts', "import { newDispatchId } from '../test/support/contracts/samples.ts';"],
      ['shared/adapters/secrets.ts', "import { settings } from '../../functions/settings.ts';"],
      ['shared/adapters/sqs/queues.ts', "import middy from '@middy/core';"],
      ['shared/domain/credits/hold.ts', "import { transact } from '../../adapters/dynamo/table.ts';"],
      ['shared/domain/credits/hold.ts', "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';"],
      ['shared/domain/credits/hold.ts', "import type { SQSEvent } from 'aws-lambda';"],
      ['shared/domain/credits/hold.ts', "export {\n  type Table,\n} from '../../adapters/dynamo/table.ts';"],
      ['shared/contracts/ids.ts', "import { createHash } from 'node:crypto';"],
      ['shared/contracts/ids.ts', "import { ulid } from 'ulid';"],
      ['shared/contracts/ids.ts', "import type { Dispatch } from '../domain/dispatches/dispatch.ts';"],
      ['infra/stack.ts', "import { settings } from '../functions/settings.ts';"],
      ['infra/constructs/table.ts', "import { ownerIndex } from '../../shared/adapters/dynamo/keys.ts';"],
      ['infra/local/sqs/queues.ts', "import { env } from '../../../shared/contracts/environment.ts';"],
      ['infra/local/main.ts', "import { handler } from '../../functions/sweep.ts';"],
      ['scripts/migrate.ts', ''],
    ],
    kept: [
      ['functions/deps/world.ts', "import { openTable } from '../../shared/adapters/dynamo/table.ts';"],
      ['functions/send-batch.ts', "import { sendBatch } from '../shared/domain/dispatches/send-batch.ts';"],
      ['shared/adapters/secrets.ts', "import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';"],
      ['shared/domain/credits/hold.ts', "import { createHash } from 'node:crypto';\nimport { x } from 'liquidjs';"],
      ['shared/domain/credits/hold.ts', "// once imported '../../adapters/dynamo/table.ts'"],
      ['shared/contracts/ids.ts', "import * as z from 'zod';"],
      ['infra/constructs/table.ts', "import { indexes } from '../../shared/contracts/environment.ts';"],
      ['infra/local/main.ts', "import { buildApp } from '../app.ts';"],
    ],
  },
  'only functions/middleware knows middy': {
    rule: middyOnlyInMiddleware,
    broken: [
      ['functions/api/handler.ts', "import middy from '@middy/core';"],
      ['functions/queue-door.ts', "import type { MiddyfiedHandler } from '@middy/core';"],
    ],
    kept: [['functions/middleware/http.ts', "import middy from '@middy/core';"]],
  },
  'zod comes as a namespace': {
    rule: zodAsNamespace,
    broken: [
      ['functions/settings.ts', "import { z } from 'zod';"],
      ['functions/settings.ts', "import z from 'zod';"],
      ['functions/settings.ts', 'import { z } from "zod";'],
      ['functions/settings.ts', "import type { ZodType } from 'zod';"],
      ['functions/settings.ts', "import {\n  z,\n} from 'zod';"],
      ['functions/settings.ts', "export * from 'zod';"],
    ],
    kept: [
      ['functions/settings.ts', "import * as z from 'zod';"],
      ['functions/settings.ts', "import type * as z from 'zod';"],
    ],
  },
  'the domain takes time, chance and the outside only as ports': {
    rule: domainIsPure,
    broken: [
      'const now = Date.now();',
      'const time = { now: Date.now };',
      'const at = new Date();',
      'const took = performance.now();',
      'const jitter = Math.random();',
      'const id = crypto.randomUUID();',
      "import { createHash, randomUUID } from 'node:crypto';",
      "import { randomBytes } from 'node:crypto';",
      'const table = process.env.TABLE_NAME;',
      "import { env } from 'node:process';",
      "import { readFile } from 'node:fs/promises';",
      'await new Promise((resolve) => setTimeout(resolve, 5));',
      "await fetch('https://example.com');",
    ].map((text) => ['shared/domain/dispatches/waves.ts', text] as const),
    kept: [
      [
        'shared/domain/content/moment.ts',
        'const at = new Date(atMs);\n// Date.now() would not do here\nDate.parse(text);',
      ],
      [
        'shared/domain/idempotency/idempotency.ts',
        "import { createHash } from 'node:crypto';\nimport { gzipSync } from 'node:zlib';",
      ],
      ['shared/domain/tenants/key-ring.ts', 'const secret = ports.randomBytes(32);'],
      ['shared/adapters/dynamo/table.ts', 'const now = Date.now;'],
    ],
  },
  'the environment is read in one place': {
    rule: environmentAtTheDoors,
    broken: [
      ['shared/adapters/secrets.ts', 'const arn = process.env.CARRIER_SECRET_ARN;'],
      ['functions/sweep.ts', "const table = process.env['TABLE_NAME'];"],
    ],
    kept: [['functions/settings.ts', 'const given = shape.parse(process.env);']],
  },
  'nothing is left to do': {
    rule: nothingLeftToDo,
    broken: [
      ['functions/sweep.ts', `// ${'TO'}${'DO'} retry`],
      ['test/sweep.test.ts', `/* ${'FIX'}${'ME'} flaky */`],
    ],
    kept: [['functions/sweep.ts', '// what is left to do, the sweeper does']],
  },
  'every test runs': {
    rule: everyTestRuns,
    broken: [
      ['test/a.test.ts', `test.${'only'}('x', () => {});`],
      ['test/a.test.ts', `describe.${'skip'}('x', () => {});`],
      ['test/a.test.ts', `test.concurrent.${'skip'}('x', () => {});`],
      ['test/a.test.ts', `it.${'todo'}('x');`],
      ['test/a.test.ts', `test.${'skipIf'}(slow)('x', () => {});`],
    ],
    kept: [['test/a.test.ts', "test.each([1])('x', () => {});\ntest('skip and only', () => {});"]],
  },
  'every type is known': {
    rule: noAny,
    broken: [
      ['shared/domain/a.ts', `const x: ${'any'} = 1;`],
      ['shared/domain/a.ts', `const x = y as ${'any'};`],
      ['shared/domain/a.ts', `const x = new Map<${'any'}, string>();`],
      ['shared/domain/a.ts', `function f(x: ${'any'}[]) {}`],
      ['shared/domain/a.ts', `// biome-ignore lint/suspicious/noExplicitAny:\nconst x: ${'any'} = 1;`],
    ],
    kept: [
      ['shared/domain/a.ts', `// as ${'any'} reader knows\nconst many: string[] = [];`],
      [
        'test/a.ts',
        `// biome-ignore lint/suspicious/noExplicitAny: tests read what they expect\nconst x: ${'any'} = 1;`,
      ],
    ],
  },
};

describe.each(Object.entries(rules))('%s', (_, { rule, broken, kept }) => {
  test('in every file', () => {
    expect(files.flatMap(rule)).toEqual([]);
  });

  test.each(broken)('a file that breaks it is noticed: %s %s', (path, text) => {
    expect(rule({ path, text })).toHaveLength(1);
  });

  test.each(kept)('a file that keeps it is let through: %s %s', (path, text) => {
    expect(rule({ path, text })).toEqual([]);
  });
});

test('the files are really looked at', () => {
  const count = (folder: string) => files.filter(({ path }) => path.startsWith(folder)).length;
  for (const folder of [
    'functions/',
    'infra/',
    'infra/local/',
    'shared/contracts/',
    'shared/domain/',
    'shared/adapters/',
  ])
    expect(count(folder), folder).toBeGreaterThan(4);
  const deps = files.find(({ path }) => path === 'functions/deps/world.ts');
  expect(importsOf(deps!)).toContain('shared/adapters/dynamo/table.ts');
  expect(importsOf(deps!)).toContain('shared/domain/dispatches/ports.ts');
});
