import type { AfterSubmitPorts } from '../dispatches/after-submit.ts';
import { planAgain } from '../dispatches/after-submit.ts';
import type { Batch } from '../dispatches/batch.ts';
import type { Dispatch } from '../dispatches/dispatch.ts';
import { type Offered, without } from '../dispatches/offered.ts';
import { listedAtMs } from './erasure.ts';
import type { Erasures } from './ports.ts';

export interface UnerasedPorts extends AfterSubmitPorts {
  readonly erasures: Pick<Erasures, 'among'>;
}

/**
 * Leaves out whoever was deleted since the recipients were listed, whatever the message is. Asked once the batch is
 * submitting, so that a deletion that was answered before is seen. Nothing was offered yet: a batch of which this cannot be
 * read is planned again.
 */
export async function unerased<T extends Offered>(
  ports: UnerasedPorts,
  dispatch: Dispatch,
  submitting: Batch,
  rendered: T,
): Promise<Offered> {
  const digits = rendered.messages.map(({ to }) => to.slice(1));
  const deleted = await ports.erasures.among(dispatch.owner, digits).catch(async (error: unknown) => {
    await planAgain(ports, dispatch, submitting, null);
    throw error;
  });
  if (deleted.size === 0) return rendered;
  const listedMs = listedAtMs(dispatch);
  const reasons = digits.map((one) => ((deleted.get(one) ?? -1) >= listedMs ? 'erased' : null));
  return without(rendered, reasons, ports.time.now());
}
