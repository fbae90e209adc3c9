import type { Addresses } from '../local-json.ts';
import type { Outcome } from './agreement.ts';
import { message, silentPhones, slowPhones, uploadBundledFile } from './bundled-file.ts';
import { Control } from './control.ts';
import { customerAt, type Dispatch } from './customer.ts';
import { grouped, type Screen } from './screen.ts';
import { WatchedDispatch } from './watched-dispatch.ts';

/** Sends to the bundled file as a customer would: upload, look at the quote, send, watch. */
export async function runCampaign(addresses: Addresses, screen: Screen): Promise<Outcome> {
  const customer = customerAt(addresses);
  const control = new Control(addresses.controlUrl);
  const before = await customer.credits();

  const upload = await uploadBundledFile(customer, screen);
  const { id } = await customer.createDispatch({ name: 'Demo', message, recipients: { uploadId: upload.id } });
  const dispatch = new WatchedDispatch(id, customer, screen);
  const quote = await dispatch.quoted();

  await customer.send(id, quote.credits);
  const showSent = ({ progress }: Dispatch) => {
    const gone = quote.sendable - progress.planned;
    screen.bar('sending', gone, quote.sendable, `${grouped(gone)} of ${grouped(quote.sendable)} handed to the carrier`);
  };
  await dispatch.until(({ progress }) => progress.planned === 0, showSent);
  await dispatch.reported(quote, silentPhones + slowPhones);
  screen.line('clock', 'moved on 15 minutes: one phone answers only after 10');
  await control.moveClock('PT15M');
  await dispatch.reported(quote, silentPhones);
  await dispatch.settled(quote, control);

  const [messages, after, ledger, arrivals] = await Promise.all([
    customer.messages(id),
    customer.credits(),
    customer.ledger(),
    control.arrivals(),
  ]);
  return { seen: dispatch.seen, messages, before, after, ledger, arrivals, rows: upload.rows ?? 0 };
}
