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
import { join, resolve } from 'node:path';
import { EventBus } from './bus/event-bus.ts';
import { PublishedEvents } from './bus/published-events.ts';
import { Targets } from './bus/targets.ts';
import { startCarrierSimulator } from './carrier/simulator.ts';
import { Clock } from './clock/clock.ts';
import { ControlServer } from './control/control-server.ts';
import { Usage } from './control/usage.ts';
import { type Data, openData, type Undo } from './data.ts';
import { type DeclaredStack, readStack, synthesizeInto } from './declared-stack.ts';
import { demoTenant } from './demo-tenant.ts';
import { DynamoFaults } from './dynamo/dynamo-faults.ts';
import { DynamoService } from './dynamo/dynamo-service.ts';
import { AwsServices } from './edge/aws-services.ts';
import { Edge } from './edge/edge.ts';
import { HttpApi } from './edge/http-api.ts';
import { HttpRoutes } from './edge/http-routes.ts';
import type { Credentials } from './edge/identities.ts';
import { takeHome } from './home.ts';
import { Iam } from './iam/iam.ts';
import { statementsOf } from './iam/statements.ts';
import { startIdentitySimulator } from './identity/identity-simulator.ts';
import { pollAsyncEvents, pollFor } from './lambda/event-source-pollers.ts';
import { Functions } from './lambda/functions.ts';
import { type Addresses, publishAddresses, withdrawAddresses } from './local-json.ts';
import { MailService } from './mail/mail-service.ts';
import { announceBuckets, dispatchEvents } from './s3/event-dispatch.ts';
import { S3Service } from './s3/s3-service.ts';
import { startRecurring } from './scheduler/recurring.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { SqsService } from './sqs/sqs-service.ts';
import type { BuildApp, Context } from './template/synthesize.ts';

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
  /** The stack's settings by name, as `-c name=value` gives them; not with an `assembly`, which has its own already. */
  context?: Context;
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

/** What the stack is given on one machine unless somebody chooses otherwise: mails go out, into `/mails`. */
const localSettings: Context = { mailFrom: 'bongsu@local.example' };

/**
 * Starts everything; resolves when it is ready and `local.json` is written.
 * @throws HomeInUse, PortTaken, SettingsRefused, TemplateRefused; then nothing is left running
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  if (options.assembly && options.context)
    throw new Error('Settings have no effect on an assembly that is made already');
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
  // Lambda runs in UTC; functions must not learn where this machine stands.
  process.env.TZ = 'UTC';
  const home = resolve(options.home);
  const port = options.port ?? 0;
  undo.push(await takeHome(home, options.fresh ?? false));
  withdrawAddresses(home);
  undo.push(() => withdrawAddresses(home));
  // Before any data is opened: deadlines are recalculated from the clock on opening.
  const clock = new Clock(join(home, 'clock.json'));
  undo.push(() => clock.stop());
  const edge = await Edge.listen(port);
  undo.push(() => edge.close());

  const stack = readStack(
    options.assembly ??
      (await synthesizeInto(join(home, 'assembly'), options.buildApp, { ...localSettings, ...options.context })),
    edge.origin,
  );
  const data = await openData(home, stack, undo);
  const signing = data.secrets.valueFor('opt-out-call-signatures');
  const optOutCalls =
    signing === undefined ? undefined : { url: `${edge.origin}/callbacks/v1/opt-outs`, secret: signing };
  const carrier = await startCarrierSimulator({ home, now: () => clock.now(), optOutCalls });
  undo.push(() => carrier.stop());
  data.secrets.fill(
    'carrier-credentials',
    JSON.stringify({ baseUrl: carrier.url, key: 'local-carrier-key', userId: 'local' }),
  );

  const identity = await startIdentitySimulator(() => clock.now());
  undo.push(() => identity.stop());
  data.secrets.fill('identity-provider', JSON.stringify({ baseUrl: identity.url, key: 'local-identity-key' }));

  const watched = {
    usage: new Usage(),
    faults: new DynamoFaults(),
    iam: new Iam(stack.roles),
    events: new PublishedEvents(),
  };
  const { queues, schedules, mails } = data;
  const controlled = { ...watched, clock, carrier, identity, queues, schedules, mails };
  const control = await ControlServer.listen(port === 0 ? 0 : port + 1, controlled);
  undo.push(() => control.close());
  run(stack, data, edge, clock, watched, undo);

  const operatorSecret = data.secrets.valueFor('operator-key');
  const operatorKey = operatorSecret === undefined ? undefined : `bk_op_${operatorSecret}`;
  const withTenant = operatorKey !== undefined && options.withDemoTenant !== false;
  const tenant = withTenant ? await demoTenant(join(home, 'demo-tenant.json'), edge.origin, operatorKey) : undefined;
  const bucket = stack.buckets[0] ?? '';
  const addresses: Addresses = {
    apiUrl: edge.origin,
    ...(tenant && { apiKey: tenant.apiKey, testKey: tenant.testKey }),
    ...(operatorKey !== undefined && { operatorKey }),
    controlUrl: control.origin,
    carrierUrl: carrier.url,
    s3: { endpoint: edge.origin, bucket, ...outsider(data, 'inbox', 's3:PutObject', `arn:aws:s3:::${bucket}/inbox/*`) },
  };
  publishAddresses(home, addresses);
  return { addresses, outputs: stack.outputs, admin: outsider(data, 'admin', '*', '*') };
}

/** Puts functions, services and schedules to work on the data, and opens the edge. */
function run(
  stack: DeclaredStack,
  data: Data,
  edge: Edge,
  clock: Clock,
  { usage, faults, iam, events }: { usage: Usage; faults: DynamoFaults; iam: Iam; events: PublishedEvents },
  undo: Undo[],
): void {
  const { queues, objects, identities, logFolder } = data;
  const targets = new Targets(queues, logFolder);
  undo.push(() => targets.close());
  const dynamo = new DynamoService(data.dynamoEndpoint, usage, faults);
  undo.push(() => dynamo.close());
  const scheduler = new Scheduler(data.schedules, stack.scheduleGroups, targets, iam, clock);
  const functions = new Functions(
    stack.functions,
    stack.eventSources,
    ({ name, roleArn }) => identities.add(name, iam.role(roleArn)),
    edge.origin,
    { offset: clock.offset, usage, logFile: (name) => join(logFolder, `${name}.log`) },
    clock,
  );
  undo.push(() => functions.stop());

  const services = {
    dynamo,
    sqs: new SqsService(queues, edge.origin),
    s3: new S3Service(objects, stack.notifications, iam, () => dispatchEvents(objects, queues)),
    bus: new EventBus(stack.buses, stack.rules, targets, events),
    scheduler,
    secrets: data.secrets,
    mail: new MailService(data.mails),
  };
  edge.open({
    api: new HttpApi(new HttpRoutes(stack.routes), (functionArn, event) => functions.invoke(functionArn, event)),
    aws: new AwsServices(services, identities, iam, usage),
  });

  const pollers = [
    ...stack.eventSources.map((source) => pollFor(source, functions, queues, iam, clock, usage)),
    ...stack.functions.map((declared) => pollAsyncEvents(declared, functions, queues, clock, usage)),
  ];
  announceBuckets(stack.notifications, objects, queues);
  dispatchEvents(objects, queues);
  for (const poller of pollers) poller.resume();
  undo.push(() => {
    for (const poller of pollers) poller.pause();
  });
  scheduler.start();
  startRecurring(stack.schedules, stack.rules, clock, targets, iam);
}

/** Somebody outside the stack who may do one thing. */
function outsider({ identities }: Data, name: string, Action: string, Resource: string): Credentials {
  return identities.add(name, { name, statements: statementsOf({ Statement: { Effect: 'Allow', Action, Resource } }) });
}
