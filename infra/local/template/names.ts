/** The one account and region that everything local belongs to. */
export const account = '000000000000';
export const region = 'ap-northeast-2';

/** An ARN of this account and region. */
export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}

/** The last part of an ARN: `arn:aws:sqs:…:orders` → `orders`. */
export function nameOfArn(resourceArn: string): string {
  return resourceArn.split(':').slice(5).join(':');
}
