import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Addresses } from '../local-json.ts';
import type { Outcome } from './agreement.ts';
import { Control } from './control.ts';
import { Customer, type Dispatch, type Upload } from './customer.ts';
import { byCount, grouped, type Screen } from './screen.ts';

const fileName = 'recipients.csv';
const message = {
  from: '0212345678',
  text: "{{ name | default: '고객' }}님, 주문하신 {{ item }} 상품이 오늘 출발합니다.",
};
const pollMs = 250;
/** No step may take longer; what is wrong then shows in the checks. */
const stepMs = 45_000;

/**
 * Sends to the bundled file as a customer would: upload, look at the quote, send, watch. Reports that come late are
 * waited for by moving the local clock.
 */
export async function runCampaign({ apiUrl, apiKey, controlUrl }: Addresses, screen: Screen): Promise<Outcome> {
  if (apiKey === undefined) throw new Error('The local cloud has no demo tenant');
  const customer = new Customer(apiUrl, apiKey);
  const control = new Control(controlUrl);
  const before = await customer.credits();

  const upload = await uploaded(customer, screen);
  const { id } = await customer.createDispatch({ name: 'Demo', message, recipients: { uploadId: upload.id } });
  const seen: Dispatch[] = [];
  const watch = async (
    holds: (dispatch: Dispatch) => boolean,
    show: (dispatch: Dispatch) => void = () => undefined,
  ) => {
    for (const untilMs = performance.now() + stepMs; ; await sleep(pollMs)) {
      const dispatch = await customer.dispatch(id);
      seen.push(dispatch);
      show(dispatch);
      if (holds(dispatch) || performance.now() > untilMs) return dispatch;
    }
  };

  const { quote, failure } = await watch(({ status }) => status !== 'preparing');
  if (quote === null) throw new Error(`The dispatch came to nothing: ${failure?.detail ?? 'it has no quote'}`);
  screen.line('quote', `${grouped(quote.sendable)} of ${grouped(quote.recipients)} recipients can be sent to`);
  screen.line('', `${byCount(quote.byType)}: ${grouped(quote.credits)} of ${grouped(quote.available)} credits`);
  screen.line('left out', byCount(quote.excluded));

  await customer.send(id, quote.credits);
  const showSent = ({ progress }: Dispatch) => {
    const gone = quote.sendable - progress.planned;
    screen.bar('sending', gone, quote.sendable, `${grouped(gone)} of ${grouped(quote.sendable)} handed to the carrier`);
  };
  await watch(({ progress }) => progress.planned === 0, showSent);
  const showReports = ({ progress: { delivered, failed, unknown } }: Dispatch) => {
    const done = delivered + failed + unknown;
    const note = `${grouped(delivered)} delivered, ${grouped(failed)} failed, ${grouped(quote.sendable - done)} open`;
    screen.bar('reports', done, quote.sendable, note);
  };
  await watch(({ progress }) => progress.submitted <= latePhones, showReports);

  screen.line('clock', 'moved on 15 minutes: one phone answers only after 10');
  await control.moveClock('PT15M');
  await watch(({ progress }) => progress.submitted < latePhones, showReports);
  screen.line('clock', 'moved on 73 hours: one phone never answers, and counts as unknown after 72');
  await control.moveClock('PT73H');
  await watch(({ settledAt }) => settledAt !== null, showReports);
  screen.endBar();

  const [messages, after, ledger, arrivals] = await Promise.all([
    customer.messages(id),
    customer.credits(),
    customer.ledger(),
    control.arrivals(),
  ]);
  return { seen, messages, before, after, ledger, arrivals, rows: upload.rows ?? 0 };
}

/** Of the file's magic numbers: 0003 never answers, 0004 only after ten minutes. */
const latePhones = 2;

async function uploaded(customer: Customer, screen: Screen): Promise<Upload> {
  const file = readFileSync(new URL(fileName, import.meta.url));
  const { id, upload: put } = await customer.createUpload(fileName);
  const answer = await fetch(put.url, { method: put.method, headers: put.headers, body: file });
  if (!answer.ok) throw new Error(`PUT of the file answered ${answer.status}: ${await answer.text()}`);
  screen.line('upload', `infra/local/demo/${fileName}, ${grouped(Math.round(file.length / 1024))} KB`);

  for (const untilMs = performance.now() + stepMs; performance.now() < untilMs; await sleep(pollMs)) {
    const upload = await customer.upload(id);
    const { bytesRead, bytesTotal, rows } = upload.progress;
    if (upload.status === 'ready') {
      const { rows = 0, valid, invalid, duplicates } = upload;
      screen.bar('validating', 1, 1, `${grouped(rows ?? 0)} rows`);
      screen.line(
        '',
        `valid ${grouped(valid ?? 0)}, invalid ${grouped(invalid ?? 0)}, duplicates ${grouped(duplicates ?? 0)}`,
      );
      return upload;
    }
    if (upload.status === 'rejected' || upload.status === 'expired') throw new Error(`The upload is ${upload.status}`);
    screen.bar('validating', bytesRead, bytesTotal, `${grouped(rows)} rows`);
  }
  throw new Error('The upload was not validated in time');
}
