import { Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import { auditPartitions, indexes, prefixes } from '../../shared/contracts/environment.ts';
import type { Schedules } from './schedules.ts';
import type { WorkQueue } from './work-queue.ts';

/** What a function may do to what: exact actions, exact resources, written by hand. */
export interface Grant {
  /** Default: it may. */
  readonly isDenied?: true;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  /** Set when the resource is everything under a prefix: the rule's finding, and why it is accepted. */
  readonly prefix?: { readonly finding: string; readonly reason: string };
}

export const statementOf = ({ isDenied, actions, resources, conditions }: Grant): PolicyStatement =>
  new PolicyStatement({
    ...(isDenied ? { effect: Effect.DENY } : {}),
    actions: [...actions],
    resources: [...resources],
    ...(conditions ? { conditions: { ...conditions } } : {}),
  });

type ItemAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'BatchWriteItem'
  | 'ConditionCheckItem';

/** Items of the table; a transaction needs the action of each of its writes. */
export const items = (table: TableV2, ...actions: readonly ItemAction[]): Grant => ({
  actions: actions.map((action) => `dynamodb:${action}`),
  resources: [table.tableArn],
});

/**
 * The audit log only grows: nobody changes or removes what stands there, whatever else they may do with items; and only
 * who is said to puts anything there.
 */
export const onlyAddToLog = (table: TableV2, mayAdd: boolean): Grant => ({
  isDenied: true,
  actions: [
    ...(mayAdd ? [] : ['dynamodb:PutItem']),
    'dynamodb:UpdateItem',
    'dynamodb:DeleteItem',
    'dynamodb:BatchWriteItem',
  ],
  resources: [table.tableArn],
  conditions: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': [`${auditPartitions}*`] } },
});

export const queryIndex = (table: TableV2, index: keyof typeof indexes): Grant => ({
  actions: ['dynamodb:Query'],
  resources: [`${table.tableArn}/index/${indexes[index]}`],
});

type ObjectAction = 'GetObject' | 'PutObject' | 'DeleteObject' | 'AbortMultipartUpload';

/** Objects under one prefix. */
export function objects(bucket: Bucket, under: keyof typeof prefixes, ...actions: readonly ObjectAction[]): Grant {
  const logicalId = Stack.of(bucket).getLogicalId(bucket.node.defaultChild as CfnBucket);
  return {
    actions: actions.map((action) => `s3:${action}`),
    resources: [bucket.arnForObjects(`${prefixes[under]}*`)],
    prefix: {
      finding: `<${logicalId}.Arn>/${prefixes[under]}*`,
      reason: `keys under ${prefixes[under]} are made at run time, so the prefix is the narrowest name they have.`,
    },
  };
}

/** What S3 does with a key in the name of whoever puts an object encrypted with it, or gets one. */
export const useKey = (key: Key, action: 'GenerateDataKey' | 'Decrypt'): Grant => ({
  actions: [`kms:${action}`],
  resources: [key.keyArn],
});

/** Lets a missing object be told from a forbidden one (404, not 403). */
export const tellMissingObjects = (bucket: Bucket): Grant => ({
  actions: ['s3:ListBucket'],
  resources: [bucket.bucketArn],
});

export const sendTo = (...works: readonly WorkQueue[]): Grant => ({
  actions: ['sqs:SendMessage'],
  resources: works.map((work) => work.queue.queueArn),
});

/** What Lambda's poller does in the function's name. */
export const consume = (work: WorkQueue): Grant => ({
  actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  resources: [work.queue.queueArn],
});

export const readSecret = (secret: Secret): Grant => ({
  actions: ['secretsmanager:GetSecretValue'],
  resources: [secret.secretArn],
});

/** Schedules of what has such ids. Who makes one also hands its role to Scheduler. */
export function makeSchedules({ group, role }: Schedules, idPrefix: 'dsp_' | 'cmp_'): readonly Grant[] {
  const stack = Stack.of(group);
  const under = (account: { partition: string; region: string; account: string }, groupName: string) =>
    `arn:${account.partition}:scheduler:${account.region}:${account.account}:schedule/${groupName}/${idPrefix}*`;
  const finding = { partition: '<AWS::Partition>', region: '<AWS::Region>', account: '<AWS::AccountId>' };
  return [
    {
      actions: ['scheduler:CreateSchedule', 'scheduler:DeleteSchedule'],
      resources: [under(stack, group.ref)],
      prefix: {
        finding: under(finding, `<${stack.getLogicalId(group)}>`),
        reason: `schedules are named after ids that are made at run time, so ${idPrefix} is the narrowest name they have.`,
      },
    },
    {
      actions: ['iam:PassRole'],
      resources: [role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    },
  ];
}

/** Mails from one address, whether it or its domain is the identity that SES has verified. */
export function sendMail(scope: IConstruct, from: string): Grant {
  const identity = (resourceName: string) =>
    Stack.of(scope).formatArn({ service: 'ses', resource: 'identity', resourceName });
  return {
    actions: ['ses:SendEmail'],
    resources: [identity(from), identity(from.slice(from.lastIndexOf('@') + 1))],
    conditions: { StringEquals: { 'ses:FromAddress': from } },
  };
}

export const publish = (bus: EventBus): Grant => ({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] });
