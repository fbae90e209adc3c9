const unitMs: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Milliseconds of `rate(5 minutes)`, or undefined if it is not a rate. */
export function ratePeriodMs(expression: string): number | undefined {
  const found = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  return found ? Number(found[1]) * unitMs[found[2]!]! : undefined;
}

/** The instant of `at(2026-12-24T01:00:00)` in UTC, epoch milliseconds, or undefined if it is not one. */
export function atInstant(expression: string): number | undefined {
  const found = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(expression);
  const instant = found ? Date.parse(`${found[1]}Z`) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}
