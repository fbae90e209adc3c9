/**
 * The local cloud: one machine runs what the template declares.
 *
 *     const cloud = await startLocalCloud({ home: '/dev/shm/x', port: 0, fresh: true });
 *     cloud.addresses      // apiUrl, apiKey, testKey, operatorKey, controlUrl, carrierUrl, s3 (what local.json holds)
 *     cloud.admin          // credentials that may do everything at `cloud.addresses.apiUrl` as AWS endpoint
 *     cloud.outputs        // the template's outputs
 *     await cloud.stop();
 *
 * One local cloud a process: it replaces the global `Date` while it runs. To try kills, start `main.ts` as a child
 * process and wait for `<home>/local.json`.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { declaredRules, EventBus } from './bus/event-bus.ts';
import { Targets } from './bus/targets.ts';
import { type CarrierSimulator, startCarrierSimulator } from './carrier/simulator.ts';
import { Clock } from './clock/clock.ts';
import { ControlServer } from './control/control-server.ts';
import { Usage } from './control/usage.ts';
import { type DemoTenant, demoTenant } from './demo-tenant.ts';
import { DynamoFaults } from './dynamo/dynamo-faults.ts';
import { DynamoService } from './dynamo/dynamo-service.ts';
import { startDynoxide } from './dynamo/dynoxide.ts';
import { createTables } from './dynamo/tables.ts';
import { AwsServices } from './edge/aws-services.ts';
import { Edge } from './edge/edge.ts';
import { HttpApi } from './edge/http-api.ts';
import { declaredRoutes, HttpRoutes } from './edge/http-routes.ts';
import { type Credentials, Identities } from './edge/identities.ts';
import { takeHome } from './home.ts';
import { Iam } from './iam/iam.ts';
import { ResourcePolicies } from './iam/resource-policies.ts';
import { declaredRoles } from './iam/roles.ts';
import { statementsOf } from './iam/statements.ts';
import { declaredFunctions } from './lambda/declared-functions.ts';
import { asyncQueues, pollAsyncEvents, pollFor } from './lambda/event-source-pollers.ts';
import { declaredEventSources } from './lambda/event-sources.ts';
import { Functions } from './lambda/functions.ts';
import { type Addresses, publishAddresses, withdrawAddresses } from './local-json.ts';
import { declaredNotifications, testEvent } from './s3/bucket-notifications.ts';
import { dispatchEvents } from './s3/event-dispatch.ts';
import { ObjectStore } from './s3/object-store.ts';
import { S3Service } from './s3/s3-service.ts';
import { declaredSchedules } from './scheduler/declared-schedules.ts';
import { startRecurring } from './scheduler/recurring.ts';
import { ScheduleStore } from './scheduler/schedule-store.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { Secrets } from './secrets.ts';
import { declaredQueues } from './sqs/declared-queues.ts';
import { Queues } from './sqs/queues.ts';
import { SqsService } from './sqs/sqs-service.ts';
import { type BuildApp, readAssembly, synthesize } from './template/synthesize.ts';
import { resolveTemplate } from './template/template.ts';
import { checkWiring } from './wiring.ts';

export type LocalCloudOptions = {
  /** The data folder; made if absent. */
  home: string;
  /** Of the API and AWS endpoint. Default 0: any free port. The control API takes the next one, if free. */
  port?: number;
  /** Start from nothing. Default: go on from what is there. */
  fresh?: boolean;
  /** A folder already synthesized. Default: synthesize `buildApp` into the data folder. */
  assembly?: string;
  /** Default: the product's own app. */
  buildApp?: BuildApp;
  /** Create the demo tenant, if the stack has an operator key. Default true. */
  withDemoTenant?: boolean;
};

export type LocalCloud = {
  addresses: Addresses;
  admin: Credentials;
  outputs: Record<string, string>;
  /** Stops everything; what was in hand goes on at the next start. */
  stop(): Promise<void>;
};

type Undo = () => void | Promise<void>;

/**
 * Starts everything; resolves when it is ready and `local.json` is written.
 * @throws HomeInUse, PortTaken, TemplateRefused; then nothing is left running
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const undo: Undo[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return { ...(await start(options, undo)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(options: LocalCloudOptions, undo: Undo[]): Promise<Omit<LocalCloud, 'stop'>> {
  const home = resolve(options.home);
  undo.push(await takeHome(home, options.fresh ?? false));
  withdrawAddresses(home);
  undo.push(() => withdrawAddresses(home));
  const folder = (name: string) => {
    mkdirSync(join(home, name), { recursive: true });
    return join(home, name);
  };
  // First of all: whatever opens data recalculates its deadlines from the clock.
  const clock = new Clock(join(home, 'clock.json'));
  undo.push(() => clock.stop());
  const edge = await Edge.listen(options.port ?? 0);
  undo.push(() => edge.close());
  const { origin } = edge;

  const assembly = readAssembly(
    options.assembly ?? (await synthesize(options.buildApp ?? (await ownApp()), folder('assembly'))),
  );
  const { resources, outputs } = resolveTemplate(assembly.template, assembly.stackName, origin);
  checkWiring(resources, new ResourcePolicies(resources));
  const declared = declaredFunctions(resources, assembly.codeFolders);
  const namesOf = (wanted: string) => resources.filter(({ type }) => type === wanted).map(({ name }) => name);

  const usage = new Usage();
  const faults = new DynamoFaults();
  const iam = new Iam(declaredRoles(resources));
  const identities = new Identities(join(home, 'identity.key'));
  const queues = new Queues(folder('sqs'));
  undo.push(() => queues.close());
  for (const queue of [...declaredQueues(resources), ...asyncQueues(declared, resources)]) queues.declare(queue);
  const endpoint = process.env.DYNAMODB_ENDPOINT ?? (await dynamoEndpoint(folder('dynamo'), undo));
  await createTables(resources, endpoint);
  const dynamo = new DynamoService(endpoint, usage, faults);
  undo.push(() => dynamo.close());
  const objects = new ObjectStore(folder('s3'));
  undo.push(() => objects.close());
  const notifications = declaredNotifications(resources);
  const targets = new Targets(queues, folder('logs'));
  undo.push(() => targets.close());
  const schedules = new ScheduleStore(folder('schedules'));
  undo.push(() => schedules.close());
  const scheduler = new Scheduler(schedules, namesOf('AWS::Scheduler::ScheduleGroup'), targets, iam, clock);
  const secrets = new Secrets(join(home, 'secrets.json'), resources);
  const carrier = await startCarrierSimulator({ home, now: () => clock.now() });
  undo.push(() => carrier.stop());
  fillCarrierSecret(secrets, carrier);

  const functions = new Functions(
    declared,
    ({ name, roleArn }) => identities.add(name, iam.role(roleArn)),
    origin,
    { offset: clock.offset, usage, logFile: (name) => join(folder('logs'), `${name}.log`) },
    clock,
  );
  undo.push(() => functions.stop());
  const rules = declaredRules(resources);
  const pollers = [
    ...declaredEventSources(resources).map((source) => pollFor(source, functions, queues, iam, clock, usage)),
    ...declared.map((one) => pollAsyncEvents(one, functions, queues, clock, usage)),
  ];
  const services = {
    dynamo,
    sqs: new SqsService(queues, origin),
    s3: new S3Service(objects, notifications, iam, () => dispatchEvents(objects, queues)),
    bus: new EventBus(namesOf('AWS::Events::EventBus'), rules, targets),
    scheduler,
    secrets,
  };
  const control = await listenForControl(options.port ?? 0, { clock, queues, iam, usage, faults, carrier });
  undo.push(() => control.close());
  const invoke = functions.invoke.bind(functions);
  edge.open({
    api: new HttpApi(new HttpRoutes(declaredRoutes(resources)), invoke),
    aws: new AwsServices(services, identities, iam, usage),
  });

  for (const [bucket, wanted] of notifications) {
    for (const { queueArn } of wanted) {
      if (objects.firstTime(`${bucket} told ${queueArn}`)) queues.send(queueArn.split(':').at(-1)!, testEvent(bucket));
    }
  }
  dispatchEvents(objects, queues);
  for (const poller of pollers) poller.resume();
  undo.push(() => {
    for (const poller of pollers) poller.pause();
  });
  scheduler.start();
  startRecurring(declaredSchedules(resources), rules, clock, targets, iam);

  const bucket = namesOf('AWS::S3::Bucket')[0] ?? '';
  const inboxOnly = statementsOf({
    Statement: { Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${bucket}/inbox/*` },
  });
  const everything = statementsOf({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } });
  const operatorKey = operatorKeyOf(secrets);
  const tenant =
    operatorKey !== undefined && options.withDemoTenant !== false
      ? await demoTenant(join(home, 'demo-tenant.json'), origin, operatorKey)
      : undefined;
  const addresses: Addresses = {
    apiUrl: origin,
    ...keysOf(tenant),
    ...(operatorKey !== undefined && { operatorKey }),
    controlUrl: control.origin,
    carrierUrl: carrier.url,
    s3: { endpoint: origin, bucket, ...identities.add('inbox', { name: 'inbox', statements: inboxOnly }) },
  };
  publishAddresses(home, addresses);
  return { addresses, outputs, admin: identities.add('admin', { name: 'admin', statements: everything }) };
}

async function ownApp(): Promise<BuildApp> {
  const { buildApp } = await import('../app.ts');
  return buildApp;
}

async function dynamoEndpoint(folder: string, undo: Undo[]): Promise<string> {
  const dynoxide = await startDynoxide(folder);
  undo.push(() => dynoxide.stop());
  return `http://127.0.0.1:${dynoxide.port}`;
}

function fillCarrierSecret(secrets: Secrets, carrier: CarrierSimulator): void {
  secrets.fill(
    'carrier-credentials',
    JSON.stringify({ baseUrl: carrier.url, key: 'local-carrier-key', userId: 'local' }),
  );
}

function operatorKeyOf(secrets: Secrets): string | undefined {
  const secret = secrets.valueFor('operator-key');
  return secret === undefined ? undefined : `bk_op_${secret}`;
}

function keysOf(tenant: DemoTenant | undefined): Pick<Addresses, 'apiKey' | 'testKey'> {
  return tenant ? { apiKey: tenant.apiKey, testKey: tenant.testKey } : {};
}

/** On the port after the API's, so that it is easy to guess; on any other if that is taken. */
async function listenForControl(
  apiPort: number,
  controlled: Parameters<typeof ControlServer.listen>[1],
): Promise<ControlServer> {
  if (apiPort === 0) return ControlServer.listen(0, controlled);
  return ControlServer.listen(apiPort + 1, controlled).catch(() => ControlServer.listen(0, controlled));
}
