import type { SkipReason } from '../../contracts/codes.ts';
import type { Permission } from './permission.ts';

export const informationalRules = ['send', 'exclude'] as const;
export const unknownConsentRules = ['warn', 'exclude'] as const;

/** What a tenant decides where the law leaves it a choice. */
export interface PermissionRules {
  /** Whether who opted out still gets messages that are no advertising. */
  readonly informationalToOptedOut: (typeof informationalRules)[number];
  /** Whether advertising goes to those of whom no consent is known. */
  readonly unknownConsent: (typeof unknownConsentRules)[number];
}

export const defaultPermissionRules: PermissionRules = { informationalToOptedOut: 'send', unknownConsent: 'warn' };

/** What a message is, as far as permissions matter. */
export const abouts = ['advertising', 'informational', 'auth', 'test', 'notice'] as const;
export type About = (typeof abouts)[number];

/** What the rule asks of a permission. */
export type Standing = Pick<Permission, 'optedOutAtMs' | 'marketing'>;
/** What the night asks of it. */
export type NightStanding = Pick<Permission, 'optedOutAtMs' | 'marketing' | 'night'>;

export type PermissionReason = Extract<SkipReason, 'opted_out' | 'consent_denied'>;

/** Why a person must not get such a message; null if they may. The only rule about it: prepare and send both ask it. */
export function whyNot(about: About, standing: Standing | null, rules: PermissionRules): PermissionReason | null {
  const hasOptedOut = standing !== null && standing.optedOutAtMs !== null;
  switch (about) {
    case 'auth':
    case 'test':
    // The law wants those who refused to be told so, too
    case 'notice':
      return null;
    case 'informational':
      return hasOptedOut && rules.informationalToOptedOut === 'exclude' ? 'opted_out' : null;
    case 'advertising':
      if (hasOptedOut) return 'opted_out';
      if (isConsentUnknown(standing)) return rules.unknownConsent === 'exclude' ? 'consent_denied' : null;
      return standing?.marketing === false ? 'consent_denied' : null;
  }
}

/** Whether the rule can leave anybody out at all: if not, nobody needs to be looked up. */
export const canExclude = (about: About, rules: PermissionRules): boolean =>
  about === 'advertising' || (about === 'informational' && rules.informationalToOptedOut === 'exclude');

/** Whether advertising may reach this person at any hour: consent to the night is part of consent to advertising. */
export const isNightConsented = (standing: NightStanding | null): boolean =>
  standing !== null && standing.optedOutAtMs === null && standing.marketing === true && standing.night === true;

export const isConsentUnknown = (standing: Standing | null): boolean => (standing?.marketing ?? null) === null;
