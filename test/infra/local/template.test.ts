import { expect, test } from 'vitest';
import { resolveTemplate, type Template } from '../../../infra/local/template/template.ts';

// Written in two pieces, because these are CloudFormation's placeholders and not ours.
const placeholder = (name: string) => ['$', `{${name}}`].join('');
const origin = 'http://127.0.0.1:1';
const resolveOne = (Properties: Record<string, unknown>, Type = 'AWS::SQS::Queue') =>
  resolveTemplate({ Resources: { Other: { Type: 'AWS::SQS::Queue' }, One: { Type, Properties } } }, 'Stack', origin)
    .resources[1]!;

test('every unknown resource type and property is named, not only the first', () => {
  const template: Template = {
    Resources: {
      A: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'a', Colour: 'red' } },
      B: { Type: 'AWS::EC2::Instance' },
    },
  };
  expect(() => resolveTemplate(template, 'Stack', origin)).toThrow(
    /A: property Colour of AWS::SQS::Queue\n.*B: resource type AWS::EC2::Instance/,
  );
});

test('references become addresses of this machine', () => {
  const { properties } = resolveOne({
    RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Other', 'Arn'] }, maxReceiveCount: 3 },
    QueueName: { 'Fn::Join': ['-', ['x', { Ref: 'AWS::Region' }]] },
    Tags: [
      { Ref: 'Other' },
      { 'Fn::Sub': `${placeholder('Other.Arn')}/${placeholder('AWS::AccountId')}` },
      { 'Fn::Sub': [`${placeholder('a')}!`, { a: { Ref: 'AWS::Partition' } }] },
    ],
  });
  expect(properties).toEqual({
    RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:ap-northeast-2:000000000000:Stack-Other', maxReceiveCount: 3 },
    QueueName: 'x-ap-northeast-2',
    Tags: [
      `${origin}/000000000000/Stack-Other`,
      'arn:aws:sqs:ap-northeast-2:000000000000:Stack-Other/000000000000',
      'aws!',
    ],
  });
});

test.each([
  [{ 'Fn::ImportValue': 'x' }, /Fn::ImportValue is not known/],
  [{ Ref: 'Nobody' }, /"Nobody" is referred to and not declared/],
  [{ 'Fn::GetAtt': ['Other', 'Colour'] }, /Other has no attribute "Colour"/],
])('%j is refused', (QueueName, message) => {
  expect(() => resolveOne({ QueueName })).toThrow(message);
});

test('a name given by the template is kept; buckets made up here are named as S3 wants them', () => {
  expect(resolveOne({ QueueName: 'given' }).name).toBe('given');
  expect(resolveOne({}, 'AWS::S3::Bucket').name).toBe('stack-one');
});
