import * as z from 'zod';

export const submitPaths = ['/send/', '/send_mass/'] as const;
export const vendorPaths = [...submitPaths, '/list/', '/sms_list/', '/remain/', '/cancel/'] as const;
export type VendorPath = (typeof vendorPaths)[number];

/**
 * The next `calls` calls of `path` (any submit, if it is absent) meet the fault. `delayMs` is how long the vendor takes
 * over such a call, in real time; `account` answers with `code` instead of taking the call.
 */
export const faultShape = z.strictObject({
  kind: z.enum([
    'refuse_connection',
    'http_429',
    'http_500_before_accept',
    'slow',
    'timeout_after_accept',
    'drop_after_accept',
    'garbage_reply',
    'account',
  ]),
  calls: z.int().min(1).max(1_000_000).default(1),
  delayMs: z.int().min(0).max(600_000).optional(),
  path: z.enum(vendorPaths).optional(),
  code: z.union([z.literal(-101), z.literal(-201)]).default(-201),
  retryAfterSeconds: z.int().min(0).max(3_600).default(1),
});
export type Fault = z.infer<typeof faultShape>;

/** The script of faults, met in the order in which they were given. */
export class FaultScript {
  #pending: { readonly fault: Fault; left: number }[] = [];

  add(faults: readonly Fault[]): void {
    for (const fault of faults) this.#pending.push({ fault, left: fault.calls });
  }

  clear(): void {
    this.#pending = [];
  }

  /** How many calls each fault still waits for. */
  get waiting(): readonly (Fault & { readonly left: number })[] {
    return this.#pending.map(({ fault, left }) => ({ ...fault, left }));
  }

  /** The fault that this call meets, if any. */
  take(path: VendorPath): Fault | null {
    const isSubmit = (submitPaths as readonly string[]).includes(path);
    const met = this.#pending.find(({ fault }) => (fault.path === undefined ? isSubmit : fault.path === path));
    if (met === undefined) return null;
    met.left--;
    if (met.left === 0) this.#pending.splice(this.#pending.indexOf(met), 1);
    return met.fault;
  }
}
