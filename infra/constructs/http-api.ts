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
import { acknowledge } from './acknowledge.ts';
import { type Alarms, alarmPeriod } from './alarms.ts';

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

  /** Everything goes to `api` but campaigns, templates, previews, permissions, the operator's part and the documentation page. */
  route({
    api,
    campaigns,
    content,
    permissions,
    operator,
    docs,
  }: Readonly<Record<'api' | 'campaigns' | 'content' | 'permissions' | 'operator' | 'docs', IFunction>>): void {
    const toApi = new HttpLambdaIntegration('ApiIntegration', api);
    const toCampaigns = new HttpLambdaIntegration('CampaignsIntegration', campaigns);
    const toContent = new HttpLambdaIntegration('ContentIntegration', content);
    const toPermissions = new HttpLambdaIntegration('PermissionsIntegration', permissions);
    const toOperator = new HttpLambdaIntegration('OperatorIntegration', operator);
    const toDocs = new HttpLambdaIntegration('DocsIntegration', docs);
    const routes: readonly (readonly [id: string, key: HttpRouteKey, to: HttpLambdaIntegration])[] = [
      ['Customers', HttpRouteKey.with('/v1/{proxy+}', HttpMethod.ANY), toApi],
      ['Campaigns', HttpRouteKey.with('/v1/campaigns', HttpMethod.ANY), toCampaigns],
      ['Campaign', HttpRouteKey.with('/v1/campaigns/{proxy+}', HttpMethod.ANY), toCampaigns],
      ['Templates', HttpRouteKey.with('/v1/templates', HttpMethod.ANY), toContent],
      ['Template', HttpRouteKey.with('/v1/templates/{proxy+}', HttpMethod.ANY), toContent],
      ['TemplateCategories', HttpRouteKey.with('/v1/template-categories', HttpMethod.ANY), toContent],
      ['TemplateCategory', HttpRouteKey.with('/v1/template-categories/{proxy+}', HttpMethod.ANY), toContent],
      ['Sms', HttpRouteKey.with('/v1/sms/{proxy+}', HttpMethod.ANY), toPermissions],
      ['OptOuts', HttpRouteKey.with('/v1/opt-outs', HttpMethod.ANY), toPermissions],
      ['OptOut', HttpRouteKey.with('/v1/opt-outs/{proxy+}', HttpMethod.ANY), toPermissions],
      ['Consents', HttpRouteKey.with('/v1/consents/{proxy+}', HttpMethod.ANY), toPermissions],
      ['Previews', HttpRouteKey.with('/v1/previews', HttpMethod.ANY), toContent],
      ['Operators', HttpRouteKey.with('/operator/v1/{proxy+}', HttpMethod.ANY), toOperator],
      ['OpenApi', HttpRouteKey.with('/openapi.json', HttpMethod.GET), toApi],
      ['Docs', HttpRouteKey.with('/docs', HttpMethod.GET), toDocs],
      ['DocsFiles', HttpRouteKey.with('/docs/{proxy+}', HttpMethod.GET), toDocs],
      // What no route knows still gets a problem document, not API Gateway's own words.
      ['Rest', HttpRouteKey.DEFAULT, toApi],
    ];
    for (const [id, routeKey, integration] of routes) {
      const route = new HttpRoute(this, id, { httpApi: this.api, routeKey, integration });
      acknowledge(
        route,
        'APIG4',
        'The function checks the API key itself: keys are hashed items of a tenant, rate-limited and revoked at once, which a caching authorizer would delay. The documentation is public.',
      );
    }
  }
}
