import type { Method, Route } from './route.ts';

export type Match<D> =
  | { readonly kind: 'route'; readonly route: Route<D>; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'no_path' }
  /** The path exists, the method does not; `allow` is what does, for the Allow header. */
  | { readonly kind: 'no_method'; readonly allow: readonly string[] };

interface Compiled<D> {
  readonly segments: readonly string[];
  readonly methods: ReadonlyMap<string, Route<D>>;
}

/**
 * Finds the route of a request. Paths match whole and exactly (no trailing slash, no trailing anything); a literal
 * segment wins over a parameter; HEAD is served by GET.
 */
export function openRouter<D>(routes: readonly Route<D>[]): (method: string, path: string) => Match<D> {
  const byPath = new Map<string, Map<Method, Route<D>>>();
  for (const route of routes) {
    const methods = byPath.get(route.path) ?? new Map();
    if (methods.has(route.method)) throw new Error(`${route.method} ${route.path} is declared twice`);
    byPath.set(route.path, methods.set(route.method, route));
  }
  const compiled = [...byPath].map(([path, methods]): Compiled<D> => ({ segments: path.split('/'), methods }));
  compiled.sort((a, b) => parametersIn(a.segments) - parametersIn(b.segments));

  return (method, path) => {
    const given = path.split('/');
    for (const { segments, methods } of compiled) {
      const params = paramsOf(segments, given);
      if (params === null) continue;
      const route = methods.get(method === 'HEAD' ? 'GET' : (method as Method));
      if (route) return { kind: 'route', route, params };
      const own = [...methods.keys()];
      return { kind: 'no_method', allow: [...own, ...(methods.has('GET') ? ['HEAD'] : []), 'OPTIONS'] };
    }
    return { kind: 'no_path' };
  };
}

const isParameter = (segment: string) => segment.startsWith('{');
const parametersIn = (segments: readonly string[]) => segments.filter(isParameter).length;

/** The parameters if the path matches, else null. */
function paramsOf(segments: readonly string[], given: readonly string[]): Record<string, string> | null {
  if (segments.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const text = given[i]!;
    if (!isParameter(segment)) {
      if (segment !== text) return null;
      continue;
    }
    const value = decoded(text);
    if (value === null || value === '') return null;
    params[segment.slice(1, -1)] = value;
  }
  return params;
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null; // not an address that anything could have
  }
}
