import type { Check, Outcome } from './agreement.ts';
import { byCount, grouped, type Screen } from './screen.ts';

const flawsShown = 10;

/** Tells what happened, and for each check whether the numbers agree. */
export function tell(screen: Screen, { seen, before, after, arrivals }: Outcome, checks: readonly Check[]): void {
  const { progress, summary, skippedBy, failedBy, credits } = seen.at(-1)!;
  screen.text('\nWhat happened');
  screen.line('accepted', grouped(progress.accepted));
  screen.line(
    'sent',
    `${grouped(summary.sent)} (delivered ${grouped(progress.delivered)}, unknown ${grouped(progress.unknown)})`,
  );
  screen.line('failed', `${grouped(summary.failed)} (${byCount(failedBy)})`);
  screen.line('skipped', `${grouped(summary.skipped)} (${byCount(skippedBy)})`);
  screen.line('phones', `${grouped(arrivals.length)} messages arrived`);
  screen.line('credits', `${grouped(before.available)} before, ${grouped(after.available)} after`);
  screen.line(
    '',
    `captured ${grouped(credits.captured)}, released ${grouped(credits.released)}, refunded ${grouped(credits.refunded)}`,
  );
  screen.text('\nDo the numbers agree?');
  for (const { name, flaws } of checks) {
    screen.text(`  ${flaws.length === 0 ? 'yes' : 'NO '}  ${name}`);
    for (const flaw of flaws.slice(0, flawsShown)) screen.text(`         ${flaw}`);
    if (flaws.length > flawsShown) screen.text(`         and ${flaws.length - flawsShown} more`);
  }
}

/** The same for machines. */
export function summaryOf({ seen, before, after, ledger, arrivals }: Outcome, checks: readonly Check[]) {
  const { quote, progress, summary, skippedBy, failedBy, credits, waves } = seen.at(-1)!;
  return {
    agree: agrees(checks),
    quote: quote && { ...quote, finishesAt: shownTime(quote.finishesAt) },
    progress,
    summary,
    skippedBy,
    failedBy,
    credits,
    waves: waves.map((wave) => ({ ...wave, at: shownTime(wave.at), releasedAt: shownTime(wave.releasedAt) })),
    before,
    after,
    ledgerSum: ledger.reduce((sum, entry) => sum + entry.credits, 0),
    arrivals: arrivals.length,
    checks,
  };
}

export const agrees = (checks: readonly Check[]): boolean => checks.every(({ flaws }) => flaws.length === 0);

const shownTime = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
