/** What a customer may hold the service to, whatever happens meanwhile; each answers what is broken, or null. */

export interface Money {
  readonly available: number;
  readonly held: number;
  readonly spent: number;
  readonly granted: number;
}

interface Progress {
  readonly accepted: number;
  readonly planned: number;
  readonly skipped: number;
  readonly canceled: number;
  readonly submitted: number;
  readonly delivered: number;
  readonly failed: number;
  readonly unknown: number;
}

interface ShownWave {
  readonly number: number;
  readonly recipients: number;
  readonly progress: Readonly<Record<string, number>>;
}

interface ShownDispatch {
  readonly id: string;
  readonly status: string;
  readonly progress: Progress;
  readonly skippedBy: Readonly<Record<string, number>>;
  readonly failedBy: Readonly<Record<string, number>>;
  readonly summary: { readonly sent: number; readonly failed: number; readonly skipped: number };
  readonly credits: {
    readonly held: number;
    readonly captured: number;
    readonly released: number;
    readonly refunded: number;
  };
  readonly waves: readonly ShownWave[];
  readonly settledAt: string | null;
}

export const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** Looks for dispatches and balances in an answer, wherever they are in it. */
export function brokenPromiseOf(json: unknown): string | null {
  if (json === null || typeof json !== 'object') return null;
  if ('openapi' in json) return null; // it has their shapes, under the same names
  if ('progress' in json && 'skippedBy' in json) return flawOfDispatch(json as ShownDispatch);
  if ('granted' in json && 'held' in json) return flawOfMoney(json as unknown as Money);
  const nested = 'data' in json && Array.isArray(json.data) ? json.data : Object.values(json);
  for (const inside of nested) {
    const flaw = brokenPromiseOf(inside);
    if (flaw !== null) return flaw;
  }
  return null;
}

export function flawOfDispatch(shown: ShownDispatch) {
  const { id, progress, skippedBy, failedBy, summary, credits, settledAt } = shown;
  const { accepted, planned, skipped, canceled, submitted, delivered, failed, unknown } = progress;
  const parts = planned + skipped + canceled + submitted + delivered + failed + unknown;
  const flaws = [
    accepted !== parts && `accepted ${accepted} is not the sum of the parts ${parts}`,
    sum(skippedBy) !== skipped && `skippedBy sums to ${sum(skippedBy)}, skipped is ${skipped}`,
    sum(failedBy) !== failed && `failedBy sums to ${sum(failedBy)}, failed is ${failed}`,
    summary.sent !== submitted + delivered + unknown && `sent is ${summary.sent}`,
    summary.failed !== failed && `summary.failed is ${summary.failed}`,
    summary.skipped !== skipped && `summary.skipped is ${summary.skipped}`,
    Object.values({ ...progress, ...credits, asOf: 0 }).some((count) => count < 0) && 'something is negative',
    credits.refunded > credits.captured && `refunded ${credits.refunded} of ${credits.captured} captured`,
    ...flawsOfWaves(shown),
    settledAt !== null && credits.held !== 0 && `settled with ${credits.held} credits held`,
  ].filter((flaw) => flaw !== false);
  return flaws.length === 0 ? null : `${id}: ${flaws.join('; ')}`;
}

/** Each wave is the sum of its parts, and all waves together are the dispatch but for those left out before. */
function flawsOfWaves({ progress, waves }: ShownDispatch): (string | false)[] {
  const together = (part: string) => waves.reduce((total, wave) => total + (wave.progress[part] ?? 0), 0);
  const parts = ['planned', 'canceled', 'submitted', 'delivered', 'failed', 'unknown'] as const;
  return [
    ...waves.map(
      (wave) => sum(wave.progress) !== wave.recipients && `wave ${wave.number} is not ${wave.recipients} recipients`,
    ),
    ...parts.map(
      (part) => waves.length > 0 && together(part) !== progress[part] && `${part} of all waves is ${together(part)}`,
    ),
    together('skipped') > progress.skipped && 'waves skipped more than the dispatch',
  ];
}

export function flawOfMoney({ available, held, spent, granted }: Money): string | null {
  if (available < 0 || held < 0 || spent < 0) return `a balance is negative: ${available}, ${held}, ${spent}`;
  return available + held + spent === granted ? null : `${available} + ${held} + ${spent} is not ${granted}`;
}
