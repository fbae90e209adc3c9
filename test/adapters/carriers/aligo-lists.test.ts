import { describe, expect, it } from 'vitest';
import { createAligoCarrier } from '../../../shared/adapters/carriers/aligo.ts';
import type { FormPost } from '../../../shared/adapters/carriers/form-post.ts';
import type { CarrierBatch } from '../../../shared/domain/carriers/carrier.ts';

/** Replies to `/list/` and `/sms_list/`, page by page, from a vendor that does as it likes. */
function vendorWith(lists: Readonly<Record<string, readonly object[][]>>) {
  const asked: string[] = [];
  const post: FormPost = async ({ url, form }) => {
    const fields = new URLSearchParams(String(form.body));
    const name = `${url.pathname}${fields.get('mid') ?? fields.get('start_date') ?? ''}`;
    const page = Number(fields.get('page'));
    asked.push(`${name} ${page}`);
    const pages = lists[name] ?? [[]];
    const reply = { result_code: '1', list: pages[page - 1] ?? [], next_yn: page < pages.length ? 'Y' : 'N' };
    return {
      kind: 'replied',
      status: 200,
      retryAfter: null,
      body: JSON.stringify(reply),
      bodySent: true,
      continued: false,
    };
  };
  const carrier = createAligoCarrier({
    credentials: async () => ({ baseUrl: 'https://carrier.invalid', key: 'k', userId: 'u' }),
    now: () => at('12:00:30'),
    post,
  });
  return { carrier, asked };
}

const at = (time: string): number => Date.parse(`2026-11-21T${time}+09:00`);
const listed = (mid: number, time: string, count = 2) => ({
  mid,
  type: 'SMS',
  sender: '02-1234-5678',
  sms_count: count,
  reg_date: `2026-11-21 ${time}`,
});
const row = (receiver: string, state = '발송완료', time = '12:00:01') => ({
  receiver,
  sms_state: state,
  send_date: time === '' ? '' : `2026-11-21 ${time}`,
});
const batch: CarrierBatch = {
  type: 'sms',
  from: '0212345678',
  subject: null,
  images: [],
  messages: ['+821012345678', '+821012345679'].map((to) => ({ to, text: 'a' })),
};
const ours = [row('010-1234-5678'), row('01012345679')];

describe('looking for a call', () => {
  it('does not read the rest of a day that is listed newest first', async () => {
    const { carrier, asked } = vendorWith({
      '/list/20261121': [[listed(9, '12:00:05')], [listed(8, '11:59:00')], [listed(7, '11:58:00')]],
      '/sms_list/9': [ours],
    });
    expect(await carrier.findCalls(batch, at('12:00:00'), at('12:00:20'))).toEqual([
      { carrierId: '9', acceptedAtMs: at('12:00:05') },
    ]);
    expect(asked).toEqual(['/list/20261121 1', '/list/20261121 2', '/sms_list/9 1']);
  });

  it('reads the whole of a day that is listed in any other order', async () => {
    const { carrier } = vendorWith({
      '/list/20261121': [
        [listed(5, '11:00:00'), listed(6, '11:30:00')],
        [listed(7, '11:58:00')],
        [listed(9, '12:00:05')],
      ],
      '/sms_list/9': [ours],
    });
    expect(await carrier.findCalls(batch, at('12:00:00'), at('12:00:20'))).toHaveLength(1);
  });

  it('leaves a call alone that has one receiver more, one fewer, or none', async () => {
    const others = [ours, [row('01099998888')]];
    for (const pages of [others, [[ours[0]!]], [[]]]) {
      const { carrier } = vendorWith({ '/list/20261121': [[listed(9, '12:00:05')]], '/sms_list/9': pages });
      expect(await carrier.findCalls(batch, at('12:00:00'), at('12:00:20'))).toEqual([]);
    }
  });

  it('names a call once though it moved to the next page meanwhile', async () => {
    const { carrier } = vendorWith({
      '/list/20261121': [[listed(9, '12:00:05')], [listed(9, '12:00:05')]],
      '/sms_list/9': [ours],
    });
    expect(await carrier.findCalls(batch, at('12:00:00'), at('12:00:20'))).toHaveLength(1);
  });
});

describe('reading reports', () => {
  const call = { carrierId: '9', acceptedAtMs: at('12:00:00') + 400 };
  const receivers = batch.messages.map(({ to }) => to);
  const reportsOf = (rows: readonly object[]) =>
    vendorWith({ '/sms_list/9': [[...rows]] }).carrier.reports(call, receivers);

  it('keeps the first final report by the vendor’s clock, in whatever order they are listed', async () => {
    const late = row('01012345678', '전송실패', '12:00:09');
    const early = row('01012345678', '발송완료', '12:00:02');
    const waiting = row('01012345678', '전송중', '');
    for (const rows of [
      [late, early, waiting],
      [waiting, early, late],
      [early, waiting, late],
    ]) {
      expect(await reportsOf(rows)).toEqual([{ to: '+821012345678', status: 'delivered', atMs: at('12:00:02') }]);
    }
  });

  it('dates a result never before its acceptance, and now when the vendor gives no time', async () => {
    expect(await reportsOf([row('01012345678', '발송완료', '12:00:00'), row('01012345679', '결번', '')])).toEqual([
      { to: '+821012345678', status: 'delivered', atMs: call.acceptedAtMs },
      { to: '+821012345679', status: 'failed', code: 'no_subscriber', atMs: at('12:00:30') },
    ]);
    const zero = { receiver: '01012345678', sms_state: '발송완료', send_date: '0000-00-00 00:00:00' };
    expect(await reportsOf([zero])).toMatchObject([{ atMs: at('12:00:30') }]);
  });

  it('an endless list does not go on for ever', async () => {
    const endless = { '/sms_list/9': Array.from({ length: 1_001 }, () => [ours[0]!]) };
    await expect(vendorWith(endless).carrier.reports(call, receivers)).rejects.toThrow('no end');
  });
});
