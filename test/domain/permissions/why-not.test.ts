import { describe, expect, it } from 'vitest';
import {
  type About,
  canExclude,
  informationalRules,
  isConsentUnknown,
  type PermissionReason,
  type Standing,
  unknownConsentRules,
  whyNot,
} from '../../../shared/domain/permissions/why-not.ts';

const [out, denied] = ['opted_out', 'consent_denied'] as const;
type Answer = PermissionReason | null;

const standings: readonly (readonly [name: string, standing: Standing | null])[] = [
  ['nobody knows', null],
  ['said nothing about advertising', { optedOutAtMs: null, marketing: null }],
  ['consented', { optedOutAtMs: null, marketing: true }],
  ['refused', { optedOutAtMs: null, marketing: false }],
  ['opted out', { optedOutAtMs: 5, marketing: null }],
  ['opted out, consented', { optedOutAtMs: 5, marketing: true }],
  ['opted out at the beginning of time, refused', { optedOutAtMs: 0, marketing: false }],
];

/** In the order of `standings`. */
const table: readonly (readonly [About, informational: string, unknown: string, readonly Answer[]])[] = [
  ['advertising', 'send', 'warn', [null, null, null, denied, out, out, out]],
  ['advertising', 'send', 'exclude', [denied, denied, null, denied, out, out, out]],
  ['advertising', 'exclude', 'warn', [null, null, null, denied, out, out, out]],
  ['advertising', 'exclude', 'exclude', [denied, denied, null, denied, out, out, out]],
  ['informational', 'send', 'warn', [null, null, null, null, null, null, null]],
  ['informational', 'send', 'exclude', [null, null, null, null, null, null, null]],
  ['informational', 'exclude', 'warn', [null, null, null, null, out, out, out]],
  ['informational', 'exclude', 'exclude', [null, null, null, null, out, out, out]],
  ...(['auth', 'test'] as const).flatMap((about) =>
    informationalRules.flatMap((informational) =>
      unknownConsentRules.map((unknown) => [about, informational, unknown, standings.map(() => null)] as const),
    ),
  ),
];

describe('why somebody must not get a message', () => {
  it.each(table)(
    '%s, informational to opted out: %s, unknown consent: %s',
    (about, informational, unknown, answers) => {
      const rules = { informationalToOptedOut: informational, unknownConsent: unknown } as Parameters<typeof whyNot>[2];
      expect(standings.map(([, standing]) => whyNot(about, standing, rules))).toEqual(answers);
      // Whoever could be left out is looked up
      if (answers.some((answer) => answer !== null)) expect(canExclude(about, rules)).toBe(true);
      if (about !== 'advertising') expect(canExclude(about, rules)).toBe(answers.includes(out));
    },
  );

  it('has an answer for every combination', () => {
    const keys = table.map(([about, informational, unknown]) => `${about} ${informational} ${unknown}`);
    expect(new Set(keys).size).toBe(4 * informationalRules.length * unknownConsentRules.length);
  });

  it('calls consent unknown where nobody said yes or no', () => {
    expect(standings.map(([, standing]) => isConsentUnknown(standing))).toEqual([
      ...[true, true, false, false],
      ...[true, false, false],
    ]);
  });
});
