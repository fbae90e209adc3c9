import { mkdirSync, rmSync } from 'node:fs';
import { declaredRules } from './bus/event-bus.ts';
import { declaredRoutes } from './edge/http-routes.ts';
import { ResourcePolicies } from './iam/resource-policies.ts';
import { declaredRoles } from './iam/roles.ts';
import { declaredFunctions } from './lambda/declared-functions.ts';
import { asyncQueues } from './lambda/event-source-pollers.ts';
import { declaredEventSources } from './lambda/event-sources.ts';
import { declaredNotifications } from './s3/bucket-notifications.ts';
import { declaredSchedules } from './scheduler/declared-schedules.ts';
import { declaredQueues } from './sqs/declared-queues.ts';
import { type BuildApp, type Context, readAssembly, synthesize } from './template/synthesize.ts';
import { resolveTemplate } from './template/template.ts';
import { checkWiring } from './wiring.ts';

/** Everything the template declares that has an effect here. */
export type DeclaredStack = ReturnType<typeof readStack>;

/**
 * Reads a synthesized folder and checks that one machine can run all of it.
 * @param origin the edge's address, which queue URLs carry
 * @throws TemplateRefused, and errors that name a wiring AWS would not let work
 */
export function readStack(folder: string, origin: string) {
  const { template, stackName, codeFolders } = readAssembly(folder);
  const { resources, outputs } = resolveTemplate(template, stackName, origin);
  checkWiring(resources, new ResourcePolicies(resources));
  const functions = declaredFunctions(resources, codeFolders);
  const namesOf = (wanted: string) => resources.filter(({ type }) => type === wanted).map(({ name }) => name);
  return {
    resources,
    outputs,
    functions,
    roles: declaredRoles(resources),
    queues: [...declaredQueues(resources), ...asyncQueues(functions, resources)],
    eventSources: declaredEventSources(resources),
    routes: declaredRoutes(resources),
    rules: declaredRules(resources),
    schedules: declaredSchedules(resources),
    notifications: declaredNotifications(resources),
    buckets: namesOf('AWS::S3::Bucket'),
    buses: namesOf('AWS::Events::EventBus'),
    scheduleGroups: namesOf('AWS::Scheduler::ScheduleGroup'),
  };
}

/**
 * Synthesizes into an emptied folder: the command line's `cdk.out` is overwritten by others, this one is ours.
 * @param buildApp default: the product's own app
 */
export async function synthesizeInto(folder: string, buildApp?: BuildApp, context?: Context): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Loaded only when needed: the CDK takes half a second.
  const own = buildApp ?? (await import('../app.ts')).buildApp;
  return synthesize(own, folder, context);
}
