import type { PhoneChecks as Checked } from '../phone-checks/ports.ts';
import type { PhoneChecks } from '../senders/ports.ts';
import { isSameName } from './person.ts';
import type { IdentityStore } from './ports.ts';

/**
 * What phone checks prove of sender numbers: that a number is the own one of whoever proved the tenant's identity, or
 * signed it up. A check alone proves no more than that somebody read a code aloud. A tenant of whom nobody is known has
 * no own number.
 */
export const openOwnNumbers = (checked: Checked, identities: Pick<IdentityStore, 'read'>): PhoneChecks => ({
  async confirmedNumber(tenant, checkId, nowMs) {
    const [confirmed, identified] = await Promise.all([
      checked.confirmedNumber(tenant, checkId, nowMs),
      identities.read(tenant),
    ]);
    const known = identified?.identity.submission ?? identified?.tenant.signUp;
    return confirmed && known && isSameName(known.name, confirmed.name) ? confirmed.number : null;
  },
});
