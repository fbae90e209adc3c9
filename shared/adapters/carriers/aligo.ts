import { carrierCallSeconds } from '../../contracts/limits.ts';
import {
  type Carrier,
  type CarrierBatch,
  CarrierUnavailable,
  type SubmitOutcome,
} from '../../domain/carriers/carrier.ts';
import { type AligoCredentials, aligoUrl, massForm, questionForm } from './aligo-forms.ts';
import { type Ask, callsLike, reportsOf } from './aligo-questions.ts';
import { listPage, submitOutcome } from './aligo-replies.ts';
import { type FormPost, postForm } from './form-post.ts';

export interface AligoOptions {
  /** Asked before each call: whoever gives them keeps them as long as is right. */
  readonly credentials: () => Promise<AligoCredentials>;
  /** Epoch ms. */
  readonly now: () => number;
  readonly post?: FormPost;
  /** Bound on a submit, and on answering a question however many pages it takes. */
  readonly timeoutMs?: number;
}

const submitReplyBytesMax = 64 * 1024;
const listReplyBytesMax = 1024 * 1024;

/** Aligo (`apis.aligo.in`): forms in, JSON out, results by asking. */
export function createAligoCarrier(options: AligoOptions): Carrier {
  const { credentials, now, post = postForm, timeoutMs = carrierCallSeconds * 1_000 } = options;
  // A server that answers without ever having said "continue" does not know the question: it is not asked again.
  let expectContinue = true;

  async function submit(batch: CarrierBatch): Promise<SubmitOutcome> {
    const startedMs = performance.now();
    const account = await within(timeoutMs, credentials);
    if (account instanceof Error) return { kind: 'account_error', carrierCode: 'credentials' };
    const url = aligoUrl(account.baseUrl, '/send_mass/');
    if (url === null) return { kind: 'account_error', carrierCode: 'base_url' };
    const outcome = await post({
      url,
      form: massForm(account, batch),
      timeoutMs: Math.max(0, timeoutMs - (performance.now() - startedMs)),
      replyBytesMax: submitReplyBytesMax,
      expectContinue,
    });
    if (outcome.kind === 'replied' && !outcome.continued && (outcome.bodySent || outcome.status === 417)) {
      expectContinue = false;
    }
    return submitOutcome(outcome, batch.messages.length, now());
  }

  /** Asks pages within one time bound. Throws CarrierUnavailable. */
  async function asker(): Promise<Ask> {
    const startedMs = performance.now();
    const account = await within(timeoutMs, credentials);
    if (account instanceof Error) throw new CarrierUnavailable('No credentials for Aligo', { cause: account });
    return async (path, fields, row) => {
      const url = aligoUrl(account.baseUrl, path);
      const leftMs = timeoutMs - (performance.now() - startedMs);
      if (url === null || leftMs <= 0)
        throw new CarrierUnavailable(`Aligo ${path}: ${url ? 'out of time' : 'no address'}`);
      const form = questionForm(account, fields);
      const outcome = await post({
        url,
        form,
        timeoutMs: leftMs,
        replyBytesMax: listReplyBytesMax,
        expectContinue: false,
      });
      const page = listPage(outcome, row);
      if (typeof page === 'string') throw new CarrierUnavailable(`Aligo ${path}: ${page}`);
      return page;
    };
  }

  return {
    name: 'aligo',
    submit,
    reports: async (call, receivers) => reportsOf(call, receivers, await asker(), now()),
    findCalls: async (batch, fromMs, untilMs) => callsLike(batch, fromMs, untilMs, await asker()),
  };
}

/** The value, or why it did not come in time. */
async function within<T>(timeoutMs: number, get: () => Promise<T>): Promise<T | Error> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(() => resolve(new Error(`Nothing within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([get(), late]);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    clearTimeout(timer);
  }
}
