import type { SkipReason } from '../../../contracts/codes.ts';
import type { Permission } from '../../permissions/permission.ts';
import { type About, isNightConsented, type PermissionRules, whyNot } from '../../permissions/why-not.ts';

/** The rules that are asked directly before a carrier call, in their order. */

/** Which of a batch's numbers has gone since it was created: none of it may be sent then. Null: neither. */
export function reasonOfSenders(isApproved: boolean, isOpen: boolean): SkipReason | null {
  if (!isApproved) return 'sender_not_approved';
  return isOpen ? null : 'opt_out_number_not_open';
}

/** What one recipient's message is asked about. */
export interface AskedNow {
  readonly about: About;
  readonly rules: PermissionRules;
  /** Whether advertising may go only to those who consented to the night. */
  readonly isNight: boolean;
}

/** Why it may not go to somebody of whom this is known; null: it may. */
export function reasonNow({ about, rules, isNight }: AskedNow, permission: Permission | null): SkipReason | null {
  const reason = whyNot(about, permission, rules);
  if (reason !== null) return reason;
  return isNight && !isNightConsented(permission) ? 'night_window' : null;
}
