import * as z from 'zod';
import type { Resource } from '../template/template.ts';

/** A route of the public API: which function answers which requests. */
export type DeclaredRoute = { routeKey: string; functionArn: string; apiArnPath: string; timeoutMs: number };

/** A route that fits a request, with the values of its path parameters. */
export type MatchedRoute = { route: DeclaredRoute; pathParameters: Record<string, string> | undefined };

const routeShape = z.looseObject({
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.string().startsWith('integrations/'),
  AuthorizationType: z.literal('NONE').default('NONE'),
});
const integrationShape = z.looseObject({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
  TimeoutInMillis: z.coerce.number().max(30_000).default(30_000),
});
const stageShape = z.looseObject({ StageName: z.literal('$default'), AutoDeploy: z.literal(true) });

/** The template's routes. @throws for anything but Lambda proxies with payload 2.0 behind the `$default` stage */
export function declaredRoutes(resources: Resource[]): DeclaredRoute[] {
  for (const { type, properties } of resources) if (type === 'AWS::ApiGatewayV2::Stage') stageShape.parse(properties);
  return resources
    .filter(({ type }) => type === 'AWS::ApiGatewayV2::Route')
    .map(({ properties }) => {
      const route = routeShape.parse(properties);
      const integrationId = route.Target.slice('integrations/'.length);
      const found = resources.find(
        ({ type, references }) => type === 'AWS::ApiGatewayV2::Integration' && references.Ref === integrationId,
      );
      if (!found) throw new Error(`route ${route.RouteKey} has no integration`);
      const integration = integrationShape.parse(found.properties);
      const invokeArn = /functions\/(.+)\/invocations$/.exec(integration.IntegrationUri)?.[1];
      return {
        routeKey: route.RouteKey,
        functionArn: invokeArn ?? integration.IntegrationUri,
        apiArnPath: `${route.ApiId}/*/${route.RouteKey === '$default' ? '$default' : route.RouteKey.replace(/^(\S+) \//, '$1/').replace(/^ANY/, '*')}`,
        timeoutMs: integration.TimeoutInMillis,
      };
    });
}

type Pattern = { route: DeclaredRoute; method: string; segments: string[] };

/** Chooses routes as HTTP APIs do: whole paths before parameters before `{proxy+}` before `$default`, a method before ANY. */
export class HttpRoutes {
  readonly #patterns: Pattern[];
  readonly #fallback: DeclaredRoute | undefined;

  constructor(routes: DeclaredRoute[]) {
    this.#fallback = routes.find(({ routeKey }) => routeKey === '$default');
    this.#patterns = routes
      .filter(({ routeKey }) => routeKey !== '$default')
      .map((route) => {
        const [method, path] = route.routeKey.split(' ') as [string, string];
        return { route, method, segments: path.split('/').slice(1) };
      })
      .sort((a, b) => rank(a).localeCompare(rank(b)));
  }

  match(method: string, path: string): MatchedRoute | undefined {
    const given = path.split('/').slice(1);
    for (const pattern of this.#patterns) {
      if (pattern.method !== 'ANY' && pattern.method !== method) continue;
      const pathParameters = parametersOf(pattern.segments, given);
      if (pathParameters) return { route: pattern.route, pathParameters: nonEmpty(pathParameters) };
    }
    return this.#fallback && { route: this.#fallback, pathParameters: undefined };
  }
}

/** Sorts the more particular pattern first, segment by segment. */
function rank({ method, segments }: Pattern): string {
  const kinds = segments.map((segment) => (segment.endsWith('+}') ? '3' : segment.startsWith('{') ? '2' : '1'));
  return `${kinds.join('')}${method === 'ANY' ? '9' : '0'}`;
}

function parametersOf(pattern: string[], given: string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [at, segment] of pattern.entries()) {
    if (segment.endsWith('+}')) {
      if (given.length <= at) return undefined;
      parameters[segment.slice(1, -2)] = given.slice(at).map(decode).join('/');
      return parameters;
    }
    const value = given[at];
    if (value === undefined) return undefined;
    if (!segment.startsWith('{')) {
      if (segment !== value) return undefined;
    } else if (value === '') return undefined;
    else parameters[segment.slice(1, -1)] = decode(value);
  }
  return pattern.length === given.length ? parameters : undefined;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function nonEmpty(parameters: Record<string, string>): Record<string, string> | undefined {
  return Object.keys(parameters).length > 0 ? parameters : undefined;
}
