import type { CarrierMessage } from '../carriers/carrier.ts';
import type { PermissionStore } from '../permissions/ports.ts';
import { canExclude } from '../permissions/why-not.ts';
import { opensAtMs } from '../times/night-window.ts';
import { type AfterSubmitPorts, planAgain } from './after-submit.ts';
import type { Batch } from './batch.ts';
import { aboutOf, type Dispatch } from './dispatch.ts';
import { type Offered, without } from './offered.ts';
import { reasonNow } from './rules/before-call.ts';

export interface PermittedPorts extends AfterSubmitPorts {
  readonly permissions: Pick<PermissionStore, 'readMany'>;
}

/**
 * Leaves out whoever must not get it by now. Asked only once the batch is submitting: whoever opted out before that is
 * seen here. Nothing was offered yet, so that a batch whose permissions cannot be read is planned again. At night, those
 * who did not consent to it are left out, or all of the batch waits: a batch is one carrier call.
 */
export async function permitted(
  ports: PermittedPorts,
  dispatch: Dispatch,
  submitting: Batch,
  rendered: Offered,
): Promise<Offered | { readonly waitsUntilMs: number }> {
  const { owner, permissionRules, night } = dispatch;
  const about = aboutOf(dispatch);
  if (!canExclude(about, permissionRules)) return rendered;
  const { messages } = rendered;
  const known = await ports.permissions.readMany(owner, messages.map(digitsOf)).catch(async (error: unknown) => {
    await planAgain(ports, dispatch, submitting, null);
    throw error; // its record comes again, and ends among the dead letters if this does not
  });
  // Read before the time is: what is found open now stays so for longer than the call takes
  const atMs = ports.time.now();
  const morningMs = night && opensAtMs(night, atMs);
  const asked = { about, rules: permissionRules, isNight: morningMs !== null };
  const reasons = messages.map((one) => reasonNow(asked, known.get(digitsOf(one)) ?? null));
  if (morningMs !== null && night?.policy === 'wait' && reasons.includes('night_window')) {
    return { waitsUntilMs: morningMs };
  }
  return without(rendered, reasons, atMs);
}

const digitsOf = ({ to }: CarrierMessage): string => to.slice(1);
