import { declaredRules } from './bus/event-bus.ts';
import { deliveryAction } from './bus/targets.ts';
import { apiSourceArn } from './edge/http-api.ts';
import { declaredRoutes } from './edge/http-routes.ts';
import type { ResourcePolicies } from './iam/resource-policies.ts';
import { declaredNotifications } from './s3/bucket-notifications.ts';
import type { Resource } from './template/template.ts';

/**
 * Checks that AWS's own services may do what the template wires: bucket to queue, API to function, rule to target.
 * @throws for a missing permission, which on AWS would show only when the first event is lost
 */
export function checkWiring(resources: Resource[], policies: ResourcePolicies): void {
  for (const [bucket, notifications] of declaredNotifications(resources)) {
    for (const { queueArn } of notifications) {
      policies.requireAllowed('s3.amazonaws.com', 'sqs:SendMessage', queueArn, `arn:aws:s3:::${bucket}`);
    }
  }
  for (const { functionArn, apiArnPath } of declaredRoutes(resources)) {
    policies.requireAllowed('apigateway.amazonaws.com', 'lambda:InvokeFunction', functionArn, apiSourceArn(apiArnPath));
  }
  for (const rule of declaredRules(resources)) {
    for (const { Arn } of rule.Targets) {
      // Log groups have policies of their own kind, which have no local effect.
      if (!Arn.startsWith('arn:aws:logs:'))
        policies.requireAllowed('events.amazonaws.com', deliveryAction(Arn), Arn, rule.arn);
    }
  }
}
