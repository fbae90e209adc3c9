import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';

interface Finding {
  readonly ruleName: string;
  readonly reason?: string;
}
const { pluginReports } = JSON.parse(readFileSync(join(inject('assembly'), 'validation-report.json'), 'utf8')) as {
  pluginReports: { pluginName: string; conclusion: string; violations: Finding[]; suppressedViolations: Finding[] }[];
};

test('AWS’s rules were checked and nothing is left open', () => {
  expect(pluginReports.map(({ pluginName, conclusion }) => [pluginName, conclusion])).toContainEqual([
    'AwsSolutions',
    'success',
  ]);
  expect(pluginReports.flatMap(({ violations }) => violations)).toEqual([]);
});

test('what is accepted is a short list, each with a reason worth reading', () => {
  const accepted = pluginReports.flatMap(({ suppressedViolations }) => suppressedViolations);
  const kinds = new Set(accepted.map(({ ruleName }) => ruleName.replace(/\[.*\/([\w-]+\/?\*)\]/, '[$1]')));
  expect([...kinds].sort()).toEqual([
    'AwsSolutions-APIG4', // the function checks keys itself
    'AwsSolutions-IAM5[cmp_*]', // schedules of campaigns
    'AwsSolutions-IAM5[dispatches/*]',
    'AwsSolutions-IAM5[documents/*]',
    'AwsSolutions-IAM5[dsp_*]', // schedules of dispatches
    'AwsSolutions-IAM5[evidence/*]',
    'AwsSolutions-IAM5[exports/*]',
    'AwsSolutions-IAM5[inbox/*]',
    'AwsSolutions-IAM5[incoming-documents/*]',
    'AwsSolutions-IAM5[lists/*]',
    'AwsSolutions-IAM5[templates/*]',
    'AwsSolutions-IAM5[uploads/*]',
    'AwsSolutions-S1', // server access logs
    'AwsSolutions-SMG4', // rotation
    'AwsSolutions-SQS3', // dead letters of dead letters
  ]);
  expect(accepted.filter(({ reason }) => (reason ?? '').length < 60)).toEqual([]);
});
