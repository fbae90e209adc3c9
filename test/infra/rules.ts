import {
  flat,
  grantsOf,
  ofType,
  type Resource,
  type Statement,
  statementsOf,
  type Template,
  target,
  type Value,
} from '../support/template.ts';

/** What every resource of the stack must keep to, now and later. */
export interface Rule {
  readonly name: string;
  /** Who breaks it, as text that says enough to find it. */
  readonly offenders: (template: Template) => string[];
  /** Breaks it in one place, to prove that the rule would notice. */
  readonly plant: (template: Template) => void;
}

type Properties = Resource['Properties'];
const first = (template: Template, type: string): Properties => ofType(template, type)[0]![1];
const remove = (template: Template, chosen: (resource: Resource) => boolean) => {
  const found = Object.entries(template.Resources).find(([, resource]) => chosen(resource));
  delete template.Resources[found![0]];
};

const queues = (template: Template) => ofType(template, 'AWS::SQS::Queue');
const deadLetterNames = ['RedrivePolicy', 'DeadLetterConfig', 'SCHEDULE_DEAD_LETTERS_ARN'];
/** Queues that are named as the dead-letter queue of something: of a queue, a schedule, a rule, or schedules to come. */
const deadLetterQueues = (template: Template): Set<string> => {
  const found = new Set<string>();
  for (const { Properties: properties } of Object.values(template.Resources)) {
    JSON.stringify(properties, (name, value: Value) => {
      if (deadLetterNames.includes(name)) found.add(target(value)!);
      return value;
    });
  }
  return found;
};
const workQueues = (template: Template) => {
  const dead = deadLetterQueues(template);
  return queues(template).filter(([id]) => !dead.has(id));
};
const mappings = (template: Template) => ofType(template, 'AWS::Lambda::EventSourceMapping').map(([, m]) => m);
const functions = (template: Template) => ofType(template, 'AWS::Lambda::Function');

/** Whether an alarm with an action watches this metric of this resource. */
const alarmed = (template: Template, metricName: string, id: string): boolean =>
  ofType(template, 'AWS::CloudWatch::Alarm').some(
    ([, alarm]) =>
      alarm.MetricName === metricName &&
      target((alarm.Dimensions as { Value: Value }[])[0]?.Value) === id &&
      ((alarm.AlarmActions ?? []) as Value[]).length > 0,
  );
const withoutAlarm = (template: Template, metricName: string, all: [string, Properties][]): string[] =>
  all.filter(([id]) => !alarmed(template, metricName, id)).map(([id]) => id);
const removeAlarm = (template: Template, metricName: string) =>
  remove(template, ({ Type, Properties: p }) => Type === 'AWS::CloudWatch::Alarm' && p.MetricName === metricName);

const deniesPlainHttp = (statements: readonly Statement[]): boolean =>
  statements.some(
    ({ effect, principal, condition, actions }) =>
      effect === 'Deny' &&
      JSON.stringify(principal) === '{"AWS":"*"}' &&
      JSON.stringify(condition) === '{"Bool":{"aws:SecureTransport":"false"}}' &&
      actions.length > 0,
  );
/** Resources of a type that no policy of theirs keeps to TLS. */
const overPlainHttp = (template: Template, type: string, policyType: string, names: string): string[] => {
  const covered = ofType(template, policyType)
    .filter(([, policy]) => deniesPlainHttp(statementsOf(policy.PolicyDocument)))
    .flatMap(([, policy]) => [policy[names]!].flat().map((value) => target(value)));
  return ofType(template, type)
    .map(([id]) => id)
    .filter((id) => !covered.includes(id));
};

/** The only prefixes that a grant may end in `*` behind: of objects, and of schedules named after ids. */
const objectPrefix =
  /^<FilesBucket\w+>\/(uploads|inbox|lists|dispatches|templates|exports|evidence|incoming-documents|documents)\/\*$/;
const schedulePrefix =
  /^arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule\/<SchedulesGroup\w+>\/(?:dsp|cmp)_\*$/;
const isKnownPrefix = (resource: string) => objectPrefix.test(resource) || schedulePrefix.test(resource);
const queueSettings: Readonly<Record<string, string>> = {
  UPLOAD_QUEUE_URL: 'QueuesUpload',
  PREPARE_QUEUE_URL: 'QueuesPrepare',
  WAVE_QUEUE_URL: 'QueuesWave',
  SEND_QUEUE_URL: 'QueuesSend',
  AUTH_QUEUE_URL: 'QueuesAuth',
  REPORT_QUEUE_URL: 'QueuesReport',
  SETTLE_QUEUE_URL: 'QueuesSettle',
  CAMPAIGN_QUEUE_URL: 'QueuesCampaign',
  IMPORT_QUEUE_URL: 'QueuesImport',
  OUTCOME_QUEUE_URL: 'QueuesOutcome',
  ERASE_QUEUE_URL: 'QueuesErase',
};

const keepsLog = ({ actions, condition }: Statement): boolean =>
  ['dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'].every((one) => actions.includes(one)) &&
  JSON.stringify(condition) === '{"ForAnyValue:StringLike":{"dynamodb:LeadingKeys":["AUDIT#*"]}}';

export const rules: readonly Rule[] = [
  {
    name: 'every work queue has dead letters',
    offenders: (t) =>
      workQueues(t)
        .filter(([, queue]) => !t.Resources[target(queue.RedrivePolicy) ?? ''])
        .map(([id]) => id),
    plant: (t) => delete workQueues(t)[0]![1].RedrivePolicy,
  },
  {
    name: 'dead letters are kept for 14 days, longer than work',
    offenders: (t) => {
      const dead = deadLetterQueues(t);
      return queues(t)
        .filter(([id, queue]) => (dead.has(id) ? queue.MessageRetentionPeriod !== 1_209_600 : tooLong(queue)))
        .map(([id]) => id);
    },
    plant: (t) => {
      queues(t)[0]![1].MessageRetentionPeriod = 345_600;
    },
  },
  {
    name: 'every dead-letter queue has an alarm on its first message',
    offenders: (t) => {
      const dead = deadLetterQueues(t);
      const all = queues(t).filter(([id]) => dead.has(id));
      return withoutAlarm(t, 'ApproximateNumberOfMessagesVisible', all);
    },
    plant: (t) => removeAlarm(t, 'ApproximateNumberOfMessagesVisible'),
  },
  {
    name: 'every work queue has an alarm on the age of its oldest message',
    offenders: (t) => withoutAlarm(t, 'ApproximateAgeOfOldestMessage', workQueues(t)),
    plant: (t) => removeAlarm(t, 'ApproximateAgeOfOldestMessage'),
  },
  {
    name: 'every alarm says what to do, and tells somebody',
    offenders: (t) =>
      ofType(t, 'AWS::CloudWatch::Alarm')
        .filter(([, a]) => String(a.AlarmDescription ?? '').length < 60 || !Array.isArray(a.AlarmActions))
        .map(([id]) => id),
    plant: (t) => {
      first(t, 'AWS::CloudWatch::Alarm').AlarmDescription = 'Look into it';
    },
  },
  {
    name: 'a message stays hidden for longer than its consumer may run',
    offenders: (t) =>
      mappings(t)
        .filter((m) => {
          const queue = t.Resources[target(m.EventSourceArn)!]!.Properties;
          const consumer = t.Resources[target(m.FunctionName)!]!.Properties;
          return Number(queue.VisibilityTimeout ?? 30) <= Number(consumer.Timeout ?? 3);
        })
        .map((m) => target(m.EventSourceArn)!),
    plant: (t) => {
      workQueues(t)[0]![1].VisibilityTimeout = 600;
    },
  },
  {
    name: 'records of a batch fail alone, and no queue can take all of the account’s runs',
    offenders: (t) =>
      mappings(t)
        .filter(
          (m) =>
            JSON.stringify(m.FunctionResponseTypes) !== '["ReportBatchItemFailures"]' ||
            !(m.ScalingConfig as { MaximumConcurrency?: number } | undefined)?.MaximumConcurrency,
        )
        .map((m) => target(m.EventSourceArn)!),
    plant: (t) => delete mappings(t)[0]!.FunctionResponseTypes,
  },
  {
    name: 'every work queue has exactly one consumer',
    offenders: (t) => {
      const consumed = mappings(t).map((m) => target(m.EventSourceArn)!);
      return workQueues(t)
        .map(([id]) => id)
        .filter((id) => consumed.filter((other) => other === id).length !== 1);
    },
    plant: (t) => remove(t, ({ Type }) => Type === 'AWS::Lambda::EventSourceMapping'),
  },
  {
    name: 'every function is nodejs24.x on arm64',
    offenders: (t) =>
      functions(t)
        .filter(([, f]) => f.Runtime !== 'nodejs24.x' || JSON.stringify(f.Architectures) !== '["arm64"]')
        .map(([id]) => id),
    plant: (t) => {
      first(t, 'AWS::Lambda::Function').Architectures = ['x86_64'];
    },
  },
  {
    name: 'every function has a role and a log group of its own',
    offenders: (t) =>
      ['Role', 'LoggingConfig'].flatMap((property) => {
        const used = functions(t).map(([, f]) => target(f[property]));
        return functions(t)
          .filter(([, f]) => used.filter((other) => other === target(f[property])).length !== 1 || !target(f[property]))
          .map(([id]) => `${id}.${property}`);
      }),
    plant: (t) => {
      functions(t)[0]![1].Role = functions(t)[1]![1].Role!;
    },
  },
  {
    name: 'every function has alarms on errors and throttles',
    offenders: (t) => [...withoutAlarm(t, 'Errors', functions(t)), ...withoutAlarm(t, 'Throttles', functions(t))],
    plant: (t) => removeAlarm(t, 'Throttles'),
  },
  {
    name: 'every log group forgets in time',
    offenders: (t) =>
      ofType(t, 'AWS::Logs::LogGroup')
        .filter(([, group]) => !(Number(group.RetentionInDays) > 0))
        .map(([id]) => id),
    plant: (t) => delete first(t, 'AWS::Logs::LogGroup').RetentionInDays,
  },
  {
    name: 'no grant has a wildcard but a known prefix',
    offenders: (t) =>
      grantsOf(t).flatMap(([role, statements]) =>
        statements
          .flatMap(({ actions, resources }) => [...actions, ...resources.filter((r) => !isKnownPrefix(r))])
          .filter((text) => text.includes('*') || text.includes('?'))
          .map((text) => `${role}: ${text}`),
      ),
    plant: (t) => {
      const policy = (first(t, 'AWS::IAM::Role').Policies as { PolicyDocument: { Statement: Properties[] } }[])[0]!;
      policy.PolicyDocument.Statement[0]!.Action = ['dynamodb:*'];
    },
  },
  {
    name: 'a role is handed on by name, only to the scheduler, and trusts only the schedules of this stack',
    offenders: (t) =>
      grantsOf(t).flatMap(([role, statements]) =>
        statements
          .filter(({ actions }) => actions.some((action) => action.startsWith('iam:')))
          .filter(
            ({ actions, resources, condition }) =>
              actions.join() !== 'iam:PassRole' ||
              JSON.stringify(condition) !== '{"StringEquals":{"iam:PassedToService":"scheduler.amazonaws.com"}}' ||
              !resources.every((resource) => trustsOwnSchedules(t, /^<(\w+)>$/.exec(resource)?.[1])),
          )
          .map(() => role),
      ),
    plant: (t) => {
      const passing = ofType(t, 'AWS::IAM::Role')
        .flatMap(([, { Policies }]) => (Policies ?? []) as { PolicyDocument: { Statement: Properties[] } }[])
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        .find(({ Action }) => Action === 'iam:PassRole');
      delete passing!.Condition;
    },
  },
  {
    name: 'every grant is written here, on the role itself, and only allows; what is denied is to change the audit log, to all who may write items',
    offenders: (t) => [
      ...ofType(t, 'AWS::IAM::Policy').map(([id]) => id),
      ...ofType(t, 'AWS::IAM::ManagedPolicy').map(([id]) => id),
      ...ofType(t, 'AWS::IAM::Role')
        .filter(([, role]) => role.ManagedPolicyArns !== undefined)
        .map(([id]) => id),
      ...grantsOf(t).flatMap(([id, statements]) => {
        const denied = statements.filter((s) => s.effect !== 'Allow');
        const writes = statements.some((s) => s.actions.includes('dynamodb:PutItem'));
        const isKept = denied.length <= 1 && denied.every(keepsLog) && (denied.length === 1 || !writes);
        return isKept ? [] : [id];
      }),
    ],
    plant: (t) => {
      first(t, 'AWS::IAM::Role').ManagedPolicyArns = ['arn:aws:iam::aws:policy/ReadOnlyAccess'];
    },
  },
  {
    name: 'a function is told of a queue exactly when it may send to it or takes from it',
    offenders: (t) =>
      functions(t).flatMap(([id, f]) => {
        const told = Object.keys((f.Environment as { Variables: Properties }).Variables)
          .filter((name) => name.endsWith('_QUEUE_URL'))
          .map((name) => queueSettings[name] ?? name);
        const statements = grantsOf(t).find(([role]) => role === target(f.Role))![1];
        const may = statements
          .filter(({ actions }) => actions.some((action) => action.startsWith('sqs:')))
          .flatMap(({ resources }) => resources.map((arn) => /^<(Queues[A-Z][a-z]+)Queue\w+>$/.exec(arn)?.[1] ?? arn));
        const apart = new Set([...told.filter((q) => !may.includes(q)), ...may.filter((q) => !told.includes(q))]);
        return [...apart].map((queue) => `${id}: ${queue}`);
      }),
    plant: (t) => {
      const variables = (functions(t)[0]![1].Environment as { Variables: Properties }).Variables;
      variables.REPORT_QUEUE_URL = '…';
    },
  },
  {
    name: 'everything at rest is encrypted',
    offenders: (t) => [
      ...queues(t)
        .filter(([, queue]) => queue.SqsManagedSseEnabled !== true)
        .map(([id]) => id),
      ...ofType(t, 'AWS::DynamoDB::GlobalTable')
        .filter(([, table]) => (table.SSESpecification as Properties | undefined)?.SSEEnabled !== true)
        .map(([id]) => id),
      ...ofType(t, 'AWS::S3::Bucket')
        .filter(([, bucket]) => bucket.BucketEncryption === undefined)
        .map(([id]) => id),
      ...ofType(t, 'AWS::SNS::Topic')
        .filter(([, topic]) => target(topic.KmsMasterKeyId) === undefined)
        .map(([id]) => id),
    ],
    plant: (t) => {
      queues(t).at(-1)![1].SqsManagedSseEnabled = false;
    },
  },
  {
    name: 'nothing is reachable without TLS',
    offenders: (t) => [
      ...overPlainHttp(t, 'AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', 'Queues'),
      ...overPlainHttp(t, 'AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'Bucket'),
      ...overPlainHttp(t, 'AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', 'Topics'),
    ],
    plant: (t) => remove(t, ({ Type }) => Type === 'AWS::S3::BucketPolicy'),
  },
  {
    name: 'no bucket is public',
    offenders: (t) =>
      ofType(t, 'AWS::S3::Bucket')
        .filter(([, { PublicAccessBlockConfiguration: block, OwnershipControls: owner }]) => {
          const blocks = Object.values((block ?? {}) as Properties).filter((on) => on === true);
          return blocks.length !== 4 || !JSON.stringify(owner ?? '').includes('BucketOwnerEnforced');
        })
        .map(([id]) => id),
    plant: (t) => {
      (first(t, 'AWS::S3::Bucket').PublicAccessBlockConfiguration as Properties).BlockPublicPolicy = false;
    },
  },
  {
    name: 'a resource lets in AWS services only, and only on this account’s behalf',
    offenders: (t) =>
      ['AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy'].flatMap((type) =>
        ofType(t, type).flatMap(([id, policy]) =>
          statementsOf(policy.PolicyDocument)
            .filter(({ effect }) => effect === 'Allow')
            .filter(
              ({ principal, condition }) =>
                Object.keys((principal ?? {}) as Properties).join() !== 'Service' ||
                !/"aws:Source(Account|Arn)"/.test(JSON.stringify(condition ?? '')),
            )
            .map(({ actions }) => `${id}: ${actions}`),
        ),
      ),
    plant: (t) => {
      const policies = ofType(t, 'AWS::SQS::QueuePolicy').map(
        ([, p]) => p.PolicyDocument as { Statement: Properties[] },
      );
      const allow = policies.flatMap((p) => p.Statement).find((statement) => statement.Effect === 'Allow')!;
      delete allow.Condition;
    },
  },
  {
    name: 'schedules and rules keep what they could not deliver',
    offenders: (t) =>
      [
        ...ofType(t, 'AWS::Scheduler::Schedule').map(([id, s]) => [id, s.Target as Properties] as const),
        ...ofType(t, 'AWS::Events::Rule').flatMap(([id, r]) =>
          (r.Targets as Properties[]).map((rule) => [id, rule] as const),
        ),
      ]
        .filter(([, to]) => !t.Resources[target(to.DeadLetterConfig) ?? ''] || to.RetryPolicy === undefined)
        .map(([id]) => id),
    plant: (t) => delete (first(t, 'AWS::Scheduler::Schedule').Target as Properties).DeadLetterConfig,
  },
  {
    name: 'data outlives the stack',
    offenders: (t) =>
      Object.entries(t.Resources)
        .filter(([, { Type }]) => ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket'].includes(Type))
        .filter(([, { DeletionPolicy }]) => DeletionPolicy !== 'Retain')
        .map(([id]) => id),
    plant: (t) => {
      for (const resource of Object.values(t.Resources)) {
        if (resource.Type === 'AWS::S3::Bucket') resource.DeletionPolicy = 'Delete';
      }
    },
  },
  {
    name: 'access logs hold routes, never paths, which hold phone numbers',
    offenders: (t) =>
      ofType(t, 'AWS::ApiGatewayV2::Stage')
        .filter(([, stage]) => {
          const { Format = '' } = (stage.AccessLogSettings ?? {}) as Properties;
          return (
            !flat(Format).includes('$context.routeKey') || /\.(path|protocol.*path|resourcePath)/i.test(flat(Format))
          );
        })
        .map(([id]) => id),
    plant: (t) => {
      const log = first(t, 'AWS::ApiGatewayV2::Stage').AccessLogSettings as Properties;
      log.Format = `${flat(log.Format)} $context.path`;
    },
  },
];

function trustsOwnSchedules(template: Template, roleId = ''): boolean {
  const trust = statementsOf(template.Resources[roleId]?.Properties.AssumeRolePolicyDocument ?? { Statement: [] });
  return (
    trust.length === 1 &&
    JSON.stringify(trust[0]!.principal) === '{"Service":"scheduler.amazonaws.com"}' &&
    target((trust[0]!.condition as Properties).ArnEquals) === ofType(template, 'AWS::Scheduler::ScheduleGroup')[0]?.[0]
  );
}

/** Work may not wait as long as its dead letters are kept. */
const tooLong = (queue: Properties): boolean => Number(queue.MessageRetentionPeriod) >= 1_209_600;
