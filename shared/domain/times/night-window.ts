/**
 * The hours of the night in which advertising reaches only those who consented to it at night. Korean law keeps 21:00 to
 * 08:00 free (Network Act, Art. 50③); a tenant's window may be wider, never narrower.
 */
export interface NightWindow {
  /** Wall clock, minutes since midnight. */
  readonly startMinute: number;
  readonly endMinute: number;
}

/** `fail`: what would go inside a window is skipped. `wait`: it goes when the window has ended. */
export const nightPolicies = ['fail', 'wait'] as const;

/** A tenant's windows by IANA zone, and what they do to advertising. */
export interface NightRule {
  readonly policy: (typeof nightPolicies)[number];
  readonly windows: Readonly<Record<string, NightWindow>>;
}

export const korea = 'Asia/Seoul';
export const defaultNightRule: NightRule = {
  policy: 'fail',
  windows: { [korea]: { startMinute: 20 * 60, endMinute: 8 * 60 } },
};

/** How early and how late a window in Korea may start and end. */
export const koreanBounds = {
  start: { from: 18 * 60, until: 21 * 60 },
  end: { from: 8 * 60, until: 12 * 60 },
} as const;

/** Nothing begins so shortly before a window that it could arrive inside: a carrier call takes up to 20 s. */
export const closesEarlyMs = 60_000;

const dayMs = 86_400_000;
/** Clocks in Korea have not been changed since 1988. */
const koreaAheadMs = 9 * 3_600_000;

/**
 * When advertising may go again for those of whom no consent to it at night is known; null: it may go now. Messages go to
 * Korea alone, so that its window is the one that counts.
 */
export function opensAtMs(rule: NightRule, nowMs: number): number | null {
  const { sinceClosingMs, closedMs } = dayOf(rule, nowMs);
  return sinceClosingMs < closedMs ? nowMs + closedMs - sinceClosingMs : null;
}

/** When the window last ended, by `nowMs` at the latest. */
export function openedAtMs(rule: NightRule, nowMs: number): number {
  const { sinceClosingMs, closedMs } = dayOf(rule, nowMs);
  return nowMs - ((sinceClosingMs - closedMs + dayMs) % dayMs);
}

/** How long ago it last closed, and for how long it closes, the early closing included. */
function dayOf({ windows }: NightRule, nowMs: number) {
  const window = windows[korea];
  if (!window) throw new Error(`No window is set for ${korea}, where every recipient is`);
  const closesMs = window.startMinute * 60_000 - closesEarlyMs;
  const closedMs = (window.endMinute * 60_000 - closesMs + dayMs) % dayMs;
  return { closedMs, sinceClosingMs: (nowMs + koreaAheadMs - closesMs + dayMs) % dayMs };
}
