import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { functionNames } from '../../infra/bundle.ts';
import { Iam } from '../../infra/local/iam/iam.ts';
import { statementsOf } from '../../infra/local/iam/statements.ts';
import { grantsOf, ofType, readTemplate, target } from '../support/template.ts';
import { rules } from './rules.ts';

const template = readTemplate(inject('assembly'));

test.each(rules)('$name', ({ offenders }) => {
  expect(offenders(template)).toEqual([]);
});

test.each(rules)('a stack that breaks the rule is caught: $name', ({ offenders, plant }) => {
  const broken = structuredClone(template);
  plant(broken);
  expect(offenders(broken)).not.toEqual([]);
});

test('the template needs nothing but Ref, GetAtt, Join and Sub, and asks for nothing', () => {
  const used = new Set(JSON.stringify(template).match(/"(Fn::\w+|Ref|Condition)":/g));
  expect([...used].filter((name) => !name.startsWith('"Condition'))).toSatisfy((names: string[]) =>
    names.every((name) => ['"Ref":', '"Fn::GetAtt":', '"Fn::Join":', '"Fn::Sub":'].includes(name)),
  );
  expect(Object.keys(template).sort()).toEqual(['Description', 'Outputs', 'Resources']);
});

test('the library added no function, role or resource of its own making', () => {
  expect(ofType(template, 'AWS::Lambda::Function')).toHaveLength(functionNames.length);
  expect(ofType(template, 'AWS::IAM::Role')).toHaveLength(functionNames.length + 2); // the functions', the schedules', and the sweep schedule's
  expect(Object.values(template.Resources).filter(({ Type }) => /^(Custom::|AWS::CloudFormation)/.test(Type))).toEqual(
    [],
  );
});

test('each secret is read by those who need it alone', () => {
  const readers = grantsOf(template).flatMap(([role, statements]) =>
    statements
      .filter(({ actions }) => actions.includes('secretsmanager:GetSecretValue'))
      .flatMap(({ resources }) => resources)
      .map((secret) => `${/^Functions(\w+?)Role/.exec(role)?.[1]} ${/^<Secrets(\w+?)[0-9A-F]{8}>$/.exec(secret)?.[1]}`),
  );
  expect(readers.sort()).toEqual([
    'Identity IdentityProvider',
    'Operator Operator',
    'OptOutCalls OptOutCalls',
    'PollReports Carrier',
    'SendBatch Carrier',
  ]);
});

test('documents are read by the operator alone, written by who takes them, and each with their own key', () => {
  const may = (action: string, on: RegExp) =>
    grantsOf(template)
      .filter(([, all]) =>
        all.some(({ actions, resources }) => actions.includes(action) && resources.some((one) => on.test(one))),
      )
      .map(([role]) => /^Functions(\w+?)Role/.exec(role)?.[1])
      .sort();
  const [under, key] = [/\/documents\//, /^<DocumentsKey/];
  expect([may('s3:GetObject', under), may('kms:Decrypt', key)]).toEqual([['Operator'], ['Operator']]);
  expect([may('s3:PutObject', under), may('kms:GenerateDataKey', key)]).toEqual([
    ['Identity', 'SenderNumbers'],
    ['Identity', 'SenderNumbers'],
  ]);
  expect(may('s3:DeleteObject', under)).toEqual(['Sweep']);
  // Until then only whoever judges or takes them reads them, and those read nothing else that customers put
  const arriving = /\/incoming-documents\//;
  expect(may('s3:GetObject', arriving)).toEqual(['Identity', 'SenderNumbers', 'ValidateUpload']);
  expect(may('s3:PutObject', arriving)).toEqual(['Account']);
  expect(may('s3:GetObject', /\/uploads\//)).toEqual(['Api', 'Campaigns', 'Content', 'Permissions', 'ValidateUpload']);
  const [[keyId, { EnableKeyRotation }]] = ofType(template, 'AWS::KMS::Key').filter(([id]) =>
    /^Documents/.test(id),
  ) as [[string, { EnableKeyRotation: boolean }]];
  expect(EnableKeyRotation).toBe(true);
  const policies = ofType(template, 'AWS::S3::BucketPolicy').map(([, { PolicyDocument }]) => PolicyDocument);
  expect((policies as { Statement: unknown[] }[]).flatMap(({ Statement }) => Statement)).toContainEqual(
    expect.objectContaining({
      Effect: 'Deny',
      Action: 's3:PutObject',
      Condition: {
        StringNotEquals: { 's3:x-amz-server-side-encryption-aws-kms-key-id': { 'Fn::GetAtt': [keyId, 'Arn'] } },
      },
    }),
  );
});

test('events leave by those that fold or tell, mails by the one that tells, and only from the address of the stack', () => {
  const allowed = (action: string) =>
    ofType(template, 'AWS::IAM::Role')
      .filter(([, { Policies }]) => JSON.stringify(Policies ?? []).includes(action))
      .map(([id]) => /^Functions(\w+?)Role/.exec(id)?.[1])
      .sort();
  expect(allowed('events:PutEvents')).toEqual(['SettleDispatch', 'Sweep', 'TellOutcome']);
  expect(allowed('ses:')).toEqual(['TellOutcome']);
  const mails = grantsOf(template).flatMap(([, all]) => all.filter(({ actions }) => actions.includes('ses:SendEmail')));
  expect(mails).toHaveLength(1);
  expect(mails[0]!.condition).toEqual({ StringEquals: { 'ses:FromAddress': 'bongsu@local.example' } });
  const identities = mails[0]!.resources.map((arn) => arn.split('identity/')[1]);
  expect(identities).toEqual(['bongsu@local.example', 'local.example']);
});

const isReference = (value: unknown) =>
  typeof value === 'object' && value !== null && /^(Ref|Fn::)/.test(Object.keys(value)[0] ?? '');

test('what stands in the audit log is changed by nobody, and put there by the operator’s function only', () => {
  const key = { 'dynamodb:LeadingKeys': ['T#ten_x', 'AUDIT#2026-11'] };
  const other = { 'dynamodb:LeadingKeys': ['T#ten_x', 'OPKEYS'] };
  const [[tableId]] = ofType(template, 'AWS::DynamoDB::GlobalTable') as [[string, unknown]];
  const roles = grantsOf(template).map(([name, all]) => ({
    name,
    statements: statementsOf({
      Statement: all.map(({ effect, actions, resources, condition }) => ({
        ...{ Effect: effect, Action: [...actions], Resource: [...resources] },
        Condition: JSON.parse(
          JSON.stringify(condition ?? {}, (_, value) => (isReference(value) ? '<reference>' : value)),
        ),
      })),
    }),
  }));
  const who = (action: string, context: Record<string, string[]>) =>
    roles.filter((role) =>
      new Iam([]).allows(role, { action: `dynamodb:${action}`, resource: `<${tableId}>`, context }),
    );
  const names = (action: string, context: Record<string, string[]>) =>
    who(action, context).map(({ name }) => /^Functions(\w+?)Role/.exec(name)?.[1]);
  for (const action of ['UpdateItem', 'DeleteItem', 'BatchWriteItem']) {
    expect([action, names(action, key)]).toEqual([action, []]);
    expect(names(action, other).length).toBeGreaterThan(1);
  }
  expect(names('PutItem', key)).toEqual(['Operator']);
  expect(names('PutItem', other).length).toBeGreaterThan(10);
});

test('everything in the bucket expires by itself but for the images of templates, which the sweeper removes', () => {
  type Lifecycle = { readonly Rules: readonly { readonly Prefix?: string; readonly ExpirationInDays?: number }[] };
  const buckets = ofType(template, 'AWS::S3::Bucket');
  const lifecycle = buckets.flatMap(([, bucket]) => (bucket.LifecycleConfiguration as unknown as Lifecycle).Rules);
  const expiring = lifecycle.flatMap(({ Prefix, ExpirationInDays = 0 }) => (ExpirationInDays > 0 ? Prefix : []));
  expect(expiring.sort()).toEqual(['dispatches/', 'exports/', 'inbox/', 'incoming-documents/', 'lists/', 'uploads/']);
});

test('schedules are made by the functions that release waves and run campaigns, and only the sweep is started by a role that runs code', () => {
  const grants = new Map(grantsOf(template));
  const mayDo = (action: string) =>
    [...grants].filter(([, all]) => all.some(({ actions }) => actions.includes(action))).map(([role]) => role);
  const makers = [/^FunctionsReleaseWaveRole/, /^FunctionsRunCampaignRole/].map((role) => expect.stringMatching(role));
  expect(mayDo('scheduler:CreateSchedule').sort()).toEqual(makers);
  expect(mayDo('scheduler:DeleteSchedule').sort()).toEqual(makers);
  expect(mayDo('lambda:InvokeFunction')).toEqual([expect.stringMatching(/^SweepRole/)]);
});

test('authentication messages have a queue and runs of their own, beside the campaigns’', () => {
  const [bulk, auth] = ['FunctionsSendBatchMapping', 'FunctionsSendBatchAuthMapping'].map(
    (prefix) => Object.entries(template.Resources).find(([id]) => id.startsWith(prefix))![1].Properties,
  );
  expect(target(auth!.FunctionName)).toBe(target(bulk!.FunctionName));
  expect(target(bulk!.EventSourceArn)).toMatch(/^QueuesSendQueue/);
  expect(target(auth!.EventSourceArn)).toMatch(/^QueuesAuthQueue/);
  expect(auth).toMatchObject({ BatchSize: 1, ScalingConfig: { MaximumConcurrency: 10 } });
});

test('a message comes back when its batch may be judged again, and a run ends before that', () => {
  const properties = (prefix: string) =>
    Object.entries(template.Resources).find(([id]) => id.startsWith(prefix))![1].Properties;
  expect(properties('QueuesSendQueue').VisibilityTimeout).toBe(60);
  expect(properties('FunctionsSendBatchFunction').Timeout).toBe(45);
  expect(properties('FunctionsSendBatchMapping').BatchSize).toBe(1);
});

test('new files are announced from both doors, to the upload queue', () => {
  const [[, bucket]] = ofType(template, 'AWS::S3::Bucket') as [[string, { [name: string]: unknown }]];
  const { QueueConfigurations: announced } = bucket.NotificationConfiguration as {
    QueueConfigurations: { Event: string; Filter: { S3Key: { Rules: { Value: string }[] } }; Queue: unknown }[];
  };
  expect(announced.map(({ Event, Filter }) => [Event, Filter.S3Key.Rules[0]!.Value])).toEqual([
    ['s3:ObjectCreated:*', 'uploads/'],
    ['s3:ObjectCreated:*', 'incoming-documents/'],
    ['s3:ObjectCreated:*', 'inbox/'],
  ]);
  expect(announced.every(({ Queue }) => JSON.stringify(Queue).includes('QueuesUploadQueue'))).toBe(true);
});

test('the template, whole', () => {
  // Functions change daily and their hashes with them; what is declared around them is what is reviewed here.
  const text = readFileSync(join(inject('assembly'), 'Bongsu.template.json'), 'utf8').replace(
    /[0-9a-f]{64}/g,
    '<hash>',
  );
  expect(JSON.parse(text)).toMatchSnapshot();
});
