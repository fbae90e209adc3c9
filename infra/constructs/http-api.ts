import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi as Api,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionName } from '../bundle.ts';
import { acknowledge } from './acknowledge.ts';
import { type Alarms, alarmPeriod } from './alarms.ts';
import { pascalCase } from './pascal-case.ts';

/** One line per request. The route, never the path: paths of recipients hold phone numbers. */
const logFields = {
  requestId: '$context.requestId',
  at: '$context.requestTimeEpoch',
  route: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  responseBytes: '$context.responseLength',
  sourceIp: '$context.identity.sourceIp',
  integrationError: '$context.integrationErrorMessage',
};

/** The public door. Made before the functions, which need its address; they are routed to afterwards. */
export class HttpApi extends Construct {
  readonly api: Api;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly alarms: Alarms; readonly name: string; readonly requestsPerSecond: number },
  ) {
    super(scope, id);
    this.api = new Api(this, 'Api', { apiName: props.name, createDefaultStage: false });
    const log = new LogGroup(this, 'AccessLog', {
      // Access to personal data is kept over a year, as the qualification to send in bulk asks.
      retention: RetentionDays.THIRTEEN_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      // A burst of twice the rate lets a second's worth of callers arrive at the same moment.
      throttle: { rateLimit: props.requestsPerSecond, burstLimit: props.requestsPerSecond * 2 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        format: AccessLogFormat.custom(JSON.stringify(logFields)),
      },
    });
    props.alarms.add(this, 'ServerErrors', {
      metric: this.api.metricServerError({ period: alarmPeriod, statistic: 'Sum' }),
      // One may be a passing fault that the customer's retry has healed already; five are a pattern.
      atLeast: 5,
      runbook:
        'Customers get 5xx answers. Look in the access log for the route, then in the api function’s log by requestId.',
    });
  }

  /** Hands every path to the function that serves it. */
  route(functions: Readonly<Record<keyof typeof served, IFunction>>): void {
    for (const [name, paths] of Object.entries(served) as [keyof typeof served, readonly ServedPath[]][]) {
      const integration = new HttpLambdaIntegration(`${pascalCase(name)}Integration`, functions[name]);
      for (const [id, path, method = HttpMethod.ANY] of paths) {
        const routeKey = path === null ? HttpRouteKey.DEFAULT : HttpRouteKey.with(path, method);
        const route = new HttpRoute(this, id, { httpApi: this.api, routeKey, integration });
        acknowledge(
          route,
          'APIG4',
          'The function checks the API key itself: keys are hashed items of a tenant, rate-limited and revoked at once, which a caching authorizer would delay. The documentation is public.',
        );
      }
    }
  }
}

/** A path of the public door; null: whatever no other path takes. */
type ServedPath = readonly [id: string, path: string | null, method?: HttpMethod];

/** A noun's own path, and everything below it. */
const noun = (id: string, plural: string, path: string): readonly ServedPath[] => [
  [plural, path],
  [id, `${path}/{proxy+}`],
];

/** Which function serves which paths. */
const served = {
  api: [
    ['Customers', '/v1/{proxy+}'],
    ['OpenApi', '/openapi.json', HttpMethod.GET],
    // What no route knows still gets a problem document, not API Gateway's own words.
    ['Rest', null],
  ],
  account: [
    ...noun('ApiKey', 'ApiKeys', '/v1/api-keys'),
    ['Settings', '/v1/settings'],
    ...noun('CreditsBelow', 'Credits', '/v1/credits'),
    ...noun('Upload', 'Uploads', '/v1/uploads'),
  ],
  results: [
    ['DispatchMessages', '/v1/dispatches/{id}/messages'],
    ['DispatchRecipient', '/v1/dispatches/{id}/recipients/{number}'],
    ['Messages', '/v1/messages', HttpMethod.GET],
    ['MessagesHead', '/v1/messages', HttpMethod.HEAD],
    ['Message', '/v1/messages/{id}'],
    ['CampaignRecipients', '/v1/campaigns/{id}/recipients'],
    ['CampaignRecipient', '/v1/campaigns/{id}/recipients/{number}'],
  ],
  campaigns: noun('Campaign', 'Campaigns', '/v1/campaigns'),
  content: [
    ...noun('Template', 'Templates', '/v1/templates'),
    ...noun('TemplateCategory', 'TemplateCategories', '/v1/template-categories'),
    ['Previews', '/v1/previews'],
  ],
  contacts: noun('Contact', 'Contacts', '/v1/contacts'),
  permissions: [
    ['Sms', '/v1/sms/{proxy+}'],
    ...noun('OptOut', 'OptOuts', '/v1/opt-outs'),
    ['Consents', '/v1/consents/{proxy+}'],
    ...noun('OptOutNumber', 'OptOutNumbers', '/v1/opt-out-numbers'),
  ],
  // More particular than the paths below `/v1/consents`, so these go past those
  'side-sends': [
    ...noun('ConsentsDueBelow', 'ConsentsDue', '/v1/consents/due'),
    ['TestSends', '/v1/campaigns/{id}/test-sends'],
  ],
  'sender-numbers': noun('SenderNumber', 'SenderNumbers', '/v1/sender-numbers'),
  identity: [
    ...noun('IdentityBelow', 'Identity', '/v1/identity'),
    ...noun('PhoneCheck', 'PhoneChecks', '/v1/phone-checks'),
  ],
  operator: [['Operators', '/operator/v1/{proxy+}']],
  'opt-out-calls': [['OptOutCalls', '/callbacks/v1/opt-outs']],
  docs: [
    ['Docs', '/docs', HttpMethod.GET],
    ['DocsFiles', '/docs/{proxy+}', HttpMethod.GET],
  ],
} as const satisfies Partial<Record<FunctionName, readonly ServedPath[]>>;
