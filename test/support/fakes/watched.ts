/** Where in a port's call something happens to its caller. */
export type Edge = 'before' | 'after';
/** What was asked, and after the call what was answered. */
export interface Happening {
  readonly args: readonly unknown[];
  readonly answer?: unknown;
}
export type Watcher = (call: string, edge: Edge, happening: Happening) => void | Promise<void>;

/** Calls that ask nothing of another process, and streams: they cannot fail half-way. */
const immediate = new Set([
  'now',
  'ulid',
  'random',
  'raise',
  'info',
  'warn',
  'nameOf',
  'messagesPerSecond',
  'openRows',
  'openRejected',
  'stream',
  'suppressed',
  'consented',
  'nightConsented',
  'everybody',
  'keysUnder',
  'largeDispatches',
  'toldNotices',
]);
/** Calls whose answer is a port itself. */
const giving = new Set(['of', 'open']);

/** The same ports, with a watcher told before and after every call that leaves the process. It may wait, or throw. */
export function watchPorts<P extends object>(ports: P, watcher: Watcher): P {
  const watched = Object.entries(ports).map(([name, port]) => [
    name,
    typeof port === 'object' && port !== null ? watch(name, port, watcher) : port,
  ]);
  return Object.fromEntries(watched) as P;
}

function watch<T extends object>(name: string, port: T, watcher: Watcher): T {
  return new Proxy(port, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function' || typeof key !== 'string' || immediate.has(key)) return member;
      if (giving.has(key)) return (...args: unknown[]) => watch(name, member.apply(target, args) as object, watcher);
      return async (...args: unknown[]) => {
        await watcher(`${name}.${key}`, 'before', { args });
        const answer: unknown = await member.apply(target, args);
        await watcher(`${name}.${key}`, 'after', { args, answer });
        return answer;
      };
    },
  });
}

/** The process ended in the middle of its work. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** Ends the process at the n-th edge (from 0) and at all that would come after it. `reached` tells whether it came so far. */
export function crashAt(n: number): { readonly watcher: Watcher; readonly reached: () => string | null } {
  let edges = 0;
  let reached: string | null = null;
  return {
    watcher(call, edge) {
      if (edges++ < n) return;
      reached ??= `${edge} ${call}`;
      throw new Crash(reached);
    },
    reached: () => reached,
  };
}
