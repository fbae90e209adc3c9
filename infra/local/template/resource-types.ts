import { account, arn, region } from './names.ts';

/** What `Ref` and `Fn::GetAtt` give for a resource. */
export type References = Record<string, string> & { Ref: string };

/**
 * A kind of resource the local cloud knows. Together `honoured` and `withoutEffect` list every property it may have:
 * a property outside both is an error, so that nothing is declared that the local cloud silently ignores.
 */
export type ResourceType = {
  /** The property that names the resource; without it the name is made of stack and logical id. */
  nameProperty?: string;
  honoured: string[];
  /** Reviewed: these change nothing on one machine (encryption at rest, backups, retention, dashboards, labels). */
  withoutEffect: string[];
  references(name: string, origin: string): References;
};

function nothingButRef(name: string): References {
  return { Ref: name };
}

function withArn(service: string, resource: (name: string) => string) {
  return (name: string): References => ({ Ref: name, Arn: arn(service, resource(name)) });
}

/** Every resource type that may appear in the template. */
export const resourceTypes: Record<string, ResourceType> = {
  'AWS::DynamoDB::GlobalTable': {
    nameProperty: 'TableName',
    honoured: ['TableName', 'AttributeDefinitions', 'KeySchema', 'BillingMode', 'GlobalSecondaryIndexes'],
    // Expiry: DynamoDB deletes days late, so readers check `expiresAt` themselves, here as there.
    withoutEffect: [
      'Replicas',
      'SSESpecification',
      'TimeToLiveSpecification',
      'WriteOnDemandThroughputSettings',
      'WarmThroughput',
    ],
    references: (name) => ({ Ref: name, Arn: arn('dynamodb', `table/${name}`), TableId: name }),
  },
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    honoured: ['BucketName', 'NotificationConfiguration'],
    withoutEffect: [
      'BucketEncryption',
      'CorsConfiguration',
      'PublicAccessBlockConfiguration',
      'OwnershipControls',
      'LifecycleConfiguration',
      'LoggingConfiguration',
      'VersioningConfiguration',
      'Tags',
    ],
    references: (name, origin) => ({
      Ref: name,
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
      WebsiteURL: `${origin}/${name}`,
    }),
  },
  'AWS::S3::BucketPolicy': {
    honoured: [],
    // It only refuses plain HTTP from elsewhere; loopback stands for TLS here.
    withoutEffect: ['Bucket', 'PolicyDocument'],
    references: nothingButRef,
  },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    honoured: [
      'QueueName',
      'VisibilityTimeout',
      'DelaySeconds',
      'RedrivePolicy',
      'ReceiveMessageWaitTimeSeconds',
      'MaximumMessageSize',
    ],
    withoutEffect: [
      'MessageRetentionPeriod',
      'SqsManagedSseEnabled',
      'KmsMasterKeyId',
      'KmsDataKeyReusePeriodSeconds',
      'RedriveAllowPolicy',
      'Tags',
    ],
    references: (name, origin) => ({
      Ref: `${origin}/${account}/${name}`,
      QueueUrl: `${origin}/${account}/${name}`,
      QueueName: name,
      Arn: arn('sqs', name),
    }),
  },
  'AWS::SQS::QueuePolicy': {
    honoured: ['Queues', 'PolicyDocument'],
    withoutEffect: [],
    references: nothingButRef,
  },
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    honoured: [
      'FunctionName',
      'Code',
      'Handler',
      'Runtime',
      'Role',
      'Timeout',
      'MemorySize',
      'Environment',
      'ReservedConcurrentExecutions',
    ],
    withoutEffect: [
      'Architectures',
      'Description',
      'LoggingConfig',
      'TracingConfig',
      'EphemeralStorage',
      'RecursiveLoop',
      'Tags',
    ],
    references: (name) => ({ Ref: name, Arn: arn('lambda', `function:${name}`) }),
  },
  'AWS::Lambda::EventInvokeConfig': {
    honoured: ['FunctionName', 'Qualifier', 'MaximumRetryAttempts', 'DestinationConfig'],
    withoutEffect: ['MaximumEventAgeInSeconds'],
    references: nothingButRef,
  },
  'AWS::Lambda::EventSourceMapping': {
    honoured: [
      'EventSourceArn',
      'FunctionName',
      'BatchSize',
      'MaximumBatchingWindowInSeconds',
      'FunctionResponseTypes',
      'ScalingConfig',
      'Enabled',
    ],
    withoutEffect: ['Tags'],
    references: nothingButRef,
  },
  'AWS::Lambda::Permission': {
    honoured: ['Action', 'FunctionName', 'Principal', 'SourceArn', 'SourceAccount'],
    withoutEffect: [],
    references: nothingButRef,
  },
  'AWS::ApiGatewayV2::Api': {
    honoured: ['Name', 'ProtocolType', 'CorsConfiguration'],
    withoutEffect: ['Description', 'DisableExecuteApiEndpoint', 'Tags'],
    references: (name, origin) => ({ Ref: name, ApiId: name, ApiEndpoint: origin }),
  },
  'AWS::ApiGatewayV2::Route': {
    honoured: ['ApiId', 'RouteKey', 'Target', 'AuthorizationType'],
    withoutEffect: ['OperationName'],
    references: nothingButRef,
  },
  'AWS::ApiGatewayV2::Integration': {
    honoured: ['ApiId', 'IntegrationType', 'IntegrationUri', 'PayloadFormatVersion', 'TimeoutInMillis'],
    withoutEffect: ['IntegrationMethod', 'Description'],
    references: nothingButRef,
  },
  'AWS::ApiGatewayV2::Stage': {
    nameProperty: 'StageName',
    honoured: ['ApiId', 'StageName', 'AutoDeploy'],
    withoutEffect: ['AccessLogSettings', 'DefaultRouteSettings', 'RouteSettings', 'Description', 'Tags'],
    references: nothingButRef,
  },
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    honoured: ['RoleName', 'AssumeRolePolicyDocument', 'Policies', 'ManagedPolicyArns'],
    withoutEffect: ['Description', 'Path', 'MaxSessionDuration', 'Tags'],
    references: (name) => ({ Ref: name, Arn: `arn:aws:iam::${account}:role/${name}`, RoleId: name }),
  },
  'AWS::IAM::Policy': {
    nameProperty: 'PolicyName',
    honoured: ['PolicyName', 'PolicyDocument', 'Roles'],
    withoutEffect: [],
    references: (name) => ({ Ref: name, Id: name }),
  },
  'AWS::Events::EventBus': {
    nameProperty: 'Name',
    honoured: ['Name'],
    withoutEffect: ['Description', 'Tags', 'Policy', 'KmsKeyIdentifier', 'DeadLetterConfig', 'LogConfig'],
    references: (name) => ({ Ref: name, Name: name, Arn: arn('events', `event-bus/${name}`) }),
  },
  'AWS::Events::Rule': {
    nameProperty: 'Name',
    honoured: ['Name', 'EventBusName', 'EventPattern', 'ScheduleExpression', 'State', 'Targets'],
    withoutEffect: ['Description', 'Tags'],
    references: withArn('events', (name) => `rule/${name}`),
  },
  'AWS::Scheduler::ScheduleGroup': {
    nameProperty: 'Name',
    honoured: ['Name'],
    withoutEffect: ['Tags'],
    references: withArn('scheduler', (name) => `schedule-group/${name}`),
  },
  'AWS::Scheduler::Schedule': {
    nameProperty: 'Name',
    honoured: [
      'Name',
      'GroupName',
      'ScheduleExpression',
      'ScheduleExpressionTimezone',
      'State',
      'Target',
      'FlexibleTimeWindow',
    ],
    withoutEffect: ['Description', 'KmsKeyArn'],
    references: withArn('scheduler', (name) => `schedule/default/${name}`),
  },
  'AWS::SecretsManager::Secret': {
    nameProperty: 'Name',
    honoured: ['Name', 'GenerateSecretString', 'SecretString', 'Tags'],
    withoutEffect: ['Description', 'KmsKeyId'],
    references: (name) => {
      const secretArn = arn('secretsmanager', `secret:${name}`);
      return { Ref: secretArn, Id: secretArn, Arn: secretArn };
    },
  },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    honoured: ['LogGroupName'],
    withoutEffect: ['RetentionInDays', 'KmsKeyId', 'LogGroupClass', 'DataProtectionPolicy', 'Tags'],
    references: (name) => ({ Ref: name, Arn: arn('logs', `log-group:${name}:*`) }),
  },
  'AWS::Logs::ResourcePolicy': {
    nameProperty: 'PolicyName',
    honoured: [],
    withoutEffect: ['PolicyName', 'PolicyDocument'],
    references: nothingButRef,
  },
  'AWS::Logs::MetricFilter': {
    honoured: [],
    withoutEffect: ['FilterName', 'FilterPattern', 'LogGroupName', 'MetricTransformations'],
    references: nothingButRef,
  },
  'AWS::CloudWatch::Alarm': {
    nameProperty: 'AlarmName',
    honoured: [],
    withoutEffect: [
      'AlarmName',
      'AlarmDescription',
      'AlarmActions',
      'OKActions',
      'InsufficientDataActions',
      'ActionsEnabled',
      'ComparisonOperator',
      'DatapointsToAlarm',
      'Dimensions',
      'EvaluationPeriods',
      'EvaluateLowSampleCountPercentile',
      'ExtendedStatistic',
      'MetricName',
      'Metrics',
      'Namespace',
      'Period',
      'Statistic',
      'Threshold',
      'ThresholdMetricId',
      'TreatMissingData',
      'Unit',
      'Tags',
    ],
    references: (name) => ({ Ref: name, Arn: arn('cloudwatch', `alarm:${name}`) }),
  },
  'AWS::CloudWatch::Dashboard': {
    nameProperty: 'DashboardName',
    honoured: [],
    withoutEffect: ['DashboardName', 'DashboardBody'],
    references: nothingButRef,
  },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    honoured: [],
    withoutEffect: ['TopicName', 'DisplayName', 'KmsMasterKeyId', 'Subscription', 'Tags'],
    references: (name) => ({ Ref: arn('sns', name), TopicArn: arn('sns', name), TopicName: name }),
  },
  'AWS::SNS::TopicPolicy': {
    honoured: [],
    withoutEffect: ['PolicyDocument', 'Topics'],
    references: nothingButRef,
  },
  'AWS::SNS::Subscription': {
    honoured: [],
    withoutEffect: ['Protocol', 'Endpoint', 'TopicArn'],
    references: nothingButRef,
  },
  'AWS::KMS::Key': {
    honoured: [],
    withoutEffect: [
      'Description',
      'EnableKeyRotation',
      'Enabled',
      'KeyPolicy',
      'KeySpec',
      'KeyUsage',
      'PendingWindowInDays',
      'RotationPeriodInDays',
      'MultiRegion',
      'Tags',
    ],
    references: (name) => ({ Ref: name, KeyId: name, Arn: arn('kms', `key/${name}`) }),
  },
  'AWS::KMS::Alias': {
    nameProperty: 'AliasName',
    honoured: [],
    withoutEffect: ['AliasName', 'TargetKeyId'],
    references: nothingButRef,
  },
};
