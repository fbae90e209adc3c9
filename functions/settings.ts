import * as z from 'zod';
import { env } from '../shared/contracts/environment.ts';

/** Like `settings`, for what the stack gives only if an operator chose it; absent, it is undefined. */
export function optionalSettings<K extends keyof typeof env>(
  ...names: readonly K[]
): Readonly<Record<K, string | undefined>> {
  const values = names.map((name) => [name, process.env[env[name]] || undefined]);
  return Object.fromEntries(values) as Record<K, string | undefined>;
}

/**
 * What the stack told this function through its environment, parsed once at cold start. Asking for a setting that the
 * stack does not give this function stops the cold start with its name.
 */
export function settings<K extends keyof typeof env>(...names: readonly K[]): Readonly<Record<K, string>> {
  const shape = z.object(Object.fromEntries(names.map((name) => [env[name], z.string().min(1)])));
  const given = shape.parse(process.env);
  return Object.fromEntries(names.map((name) => [name, given[env[name]]])) as Record<K, string>;
}
