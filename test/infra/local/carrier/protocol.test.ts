import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { massFields, startVendor } from './vendor-client.ts';

let vendor: Awaited<ReturnType<typeof startVendor>>;
beforeEach(async () => {
  vendor = await startVendor();
});
afterEach(() => vendor.stop());

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => `010${30_000_000 + i}`);
const arrivals = async () => (await vendor.control('GET', '/carrier/messages')).body;
const send = (fields: Record<string, string>) =>
  vendor.call('/send/', { sender: '02-1234-5678', receiver: '01012345678', msg: '안녕', ...fields });

describe('/send_mass/', () => {
  it('takes 1 to 500 and answers counts', async () => {
    for (const count of [1, 500]) {
      const reply = await vendor.call('/send_mass/', massFields(numbers(count)));
      expect([Number(reply.result_code), Number(reply.success_cnt), Number(reply.error_cnt)]).toEqual([1, count, 0]);
    }
    expect((await arrivals()).count).toBe(501);
  });

  it('counts refused numbers as errors, and takes nothing if there is no other', async () => {
    const mixed = await vendor.call('/send_mass/', massFields(['01099990001', '01012345678']));
    expect([Number(mixed.success_cnt), Number(mixed.error_cnt)]).toEqual([1, 1]);
    expect(Number((await vendor.call('/send_mass/', massFields(['01099990001']))).result_code)).toBeLessThan(0);
    expect((await arrivals()).count).toBe(1);
  });

  const bad: readonly (readonly [string, Record<string, string>])[] = [
    ['no receivers', { ...massFields([]), cnt: '0' }],
    ['501 receivers', massFields(numbers(501))],
    ['a count that is no number', { ...massFields(numbers(1)), cnt: 'x' }],
    ['a count above what follows', { ...massFields(numbers(2)), cnt: '3' }],
    ['no type', { ...massFields(numbers(1)), msg_type: '' }],
    ['an unknown type', massFields(numbers(1), 'a', 'RCS')],
    ['no sender', { ...massFields(numbers(1)), sender: '' }],
    ['a receiver abroad', massFields(['+14155550100'])],
    ['an empty text', massFields(numbers(1), '')],
    ['an SMS of 92 bytes', massFields(numbers(1), '가'.repeat(46))],
    ['an LMS of 2,002 bytes', massFields(numbers(1), '가'.repeat(1_001), 'LMS')],
    ['a title of 46 bytes', { ...massFields(numbers(1), 'a', 'LMS'), title: '가'.repeat(23) }],
    ['an MMS without an image', massFields(numbers(1), 'a', 'MMS')],
  ];
  it.each(bad)('refuses %s', async (_name, fields) => {
    expect(Number((await vendor.call('/send_mass/', fields)).result_code)).toBeLessThan(0);
    expect((await arrivals()).count).toBe(0);
  });

  it('takes texts of exactly the limit', async () => {
    for (const [text, type] of [
      ['가'.repeat(45), 'SMS'],
      ['가'.repeat(1_000), 'LMS'],
    ] as const) {
      expect(Number((await vendor.call('/send_mass/', massFields(numbers(1), text, type))).result_code)).toBe(1);
    }
  });

  it('writes result codes now as a number, now as a string', async () => {
    const codes = new Set<unknown>();
    for (let i = 0; i < 2; i++) codes.add((await vendor.call('/send_mass/', massFields(numbers(1)))).result_code);
    expect(codes).toEqual(new Set([1, '1']));
  });

  it('replaces what CP949 does not hold, one character by one question mark', async () => {
    await vendor.call('/send_mass/', massFields(numbers(1), '뷁 😀 ₩ ￦ é ™ 👨‍👩‍👧 ½ – ?', 'LMS'));
    expect((await arrivals()).messages[0].text).toBe('뷁 ? ? ￦ ? ™ ????? ½ ? ?');
  });
});

describe('/send/', () => {
  it('becomes an LMS by itself over 90 bytes, unless a type was asked for', async () => {
    expect((await send({ msg: '가'.repeat(45) })).msg_type).toBe('SMS');
    expect((await send({ msg: '가'.repeat(46) })).msg_type).toBe('LMS');
    expect(Number((await send({ msg: '가'.repeat(46), msg_type: 'SMS' })).result_code)).toBeLessThan(0);
  });

  it('puts names where they belong', async () => {
    await send({
      receiver: '01012345678, 010-1234-5679',
      destination: '01012345678|홍길동,010-1234-5679|김철수',
      msg: '%고객명%님',
    });
    const { messages } = await arrivals();
    expect(messages.map(({ to, text }: { to: string; text: string }) => [to, text])).toEqual([
      ['+821012345678', '홍길동님'],
      ['+821012345679', '김철수님'],
    ]);
  });

  it('takes 1,000 receivers, not 1,001', async () => {
    expect(Number((await send({ receiver: numbers(1_000).join() })).success_cnt)).toBe(1_000);
    expect(Number((await send({ receiver: numbers(1_001).join() })).result_code)).toBeLessThan(0);
  });

  it('takes images as files', async () => {
    const form = new FormData();
    const fields = {
      key: 'k',
      user_id: 'u',
      sender: '0212345678',
      receiver: '01012345678',
      msg: '그림',
      msg_type: 'MMS',
    };
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('image1', new Blob([new Uint8Array([255, 216, 255])], { type: 'image/jpeg' }), 'sale.jpg');
    const reply = await fetch(`${vendor.url}/send/`, { method: 'POST', body: form });
    expect(Number(((await reply.json()) as { result_code: string }).result_code)).toBe(1);
    const sha256 = createHash('sha256')
      .update(new Uint8Array([255, 216, 255]))
      .digest('hex');
    const images = [{ fileName: 'sale.jpg', bytes: 3, sha256 }];
    expect((await arrivals()).messages[0]).toMatchObject({ type: 'mms', images, text: '그림' });
  });

  it('in test mode answers, but reaches nobody', async () => {
    expect(Number((await send({ testmode_yn: 'Y' })).result_code)).toBe(1);
    expect((await arrivals()).count).toBe(0);
  });
});

describe('/list/ and /sms_list/', () => {
  it('pages calls newest first, by Korean days', async () => {
    for (let i = 0; i < 31; i++) await vendor.call('/send_mass/', massFields([numbers(31)[i]!]));
    const first = await vendor.call('/list/', { page_size: '30' });
    expect([first.list.length, first.next_yn, first.list[0].mid, first.list[0].reg_date]).toEqual([
      30,
      'Y',
      '31',
      '2026-11-21 12:00:00',
    ]);
    const second = await vendor.call('/list/', { page: '2', page_size: '30', start_date: '20261121' });
    expect([second.list.length, second.next_yn, second.list[0].mid]).toEqual([1, 'N', '1']);
    vendor.clock.nowMs += 12 * 3_600_000;
    await vendor.call('/send_mass/', massFields(['01012345678']));
    const count = async (fields: Record<string, string>) =>
      (await vendor.call('/list/', { page_size: '500', ...fields })).list.length;
    expect(await count({})).toBe(1);
    expect(await count({ start_date: '20261121', limit_day: '1' })).toBe(31);
    expect(await count({ start_date: '20261121', limit_day: '2' })).toBe(32);
    expect(await count({ start_date: '20261123', limit_day: '1' })).toBe(0);
  });

  it('counts failures as they become known', async () => {
    await vendor.call('/send_mass/', massFields(['01099990002', '01099990001', '01099990006', '01012345678']));
    const failures = async (): Promise<string> => (await vendor.call('/list/')).list[0].fail_count;
    expect(await failures()).toBe('1');
    vendor.clock.nowMs += 600;
    expect(await failures()).toBe('2');
    vendor.clock.nowMs += 5_000;
    expect(await failures()).toBe('3');
  });

  it.each([
    ['/list/', { page_size: '29' }],
    ['/list/', { page_size: '501' }],
    ['/list/', { page: '0' }],
    ['/list/', { start_date: '20261331' }],
    ['/list/', { start_date: '20260230' }],
    ['/list/', { limit_day: 'x' }],
    ['/sms_list/', { mid: '1', page_size: '29' }],
    ['/sms_list/', {}],
    ['/sms_list/', { mid: '99' }],
    ['/sms_list/', { mid: 'x' }],
  ] as [string, Record<string, string>][])('%s refuses %j', async (path, fields) => {
    await vendor.call('/send_mass/', massFields(['01012345678']));
    expect(Number((await vendor.call(path, fields)).result_code)).toBeLessThan(0);
  });

  const told = async (receiver: string, afterMs: number): Promise<string[]> => {
    const { msg_id } = await vendor.call('/send_mass/', massFields([receiver, '01012345670']));
    vendor.clock.nowMs += afterMs;
    const { list } = await vendor.call('/sms_list/', { mid: msg_id });
    return list
      .filter((row: { receiver: string }) => row.receiver === receiver)
      .map((row: { sms_state: string }) => row.sms_state);
  };
  it.each([
    ['01012345678', 0, ['전송중']],
    ['01012345678', 1_000, ['발송완료']],
    ['01099990001', 0, ['수신번호 오류']],
    ['01099990002', 0, ['전송중']],
    ['01099990002', 1_000, ['전원꺼짐']],
    ['01099990003', 1e10, ['전송중']],
    ['01099990004', 599_999, ['전송중']],
    ['01099990004', 600_000, ['발송완료']],
    ['01099990005', 10_000, ['발송완료', '발송완료']],
    ['01099990006', 1_000, ['발송완료']],
    ['01099990006', 10_000, ['발송완료', '전송실패']],
    ['01099990007', 1_000, ['스팸차단']],
  ] as const)('of %s after %d ms it says %j', async (receiver, afterMs, states) => {
    expect(await told(receiver, afterMs)).toEqual(states);
  });
});

describe('reserved messages', () => {
  const reserved = { rdate: '20261121', rtime: '1230' };

  it('go out at their time', async () => {
    const { msg_id } = await send(reserved);
    const state = async () => (await vendor.call('/sms_list/', { mid: msg_id })).list[0].sms_state;
    expect([await state(), (await arrivals()).count]).toEqual(['예약대기중', 0]);
    vendor.clock.nowMs += 31 * 60_000;
    expect([await state(), (await arrivals()).count]).toEqual(['발송완료', 1]);
    expect((await vendor.call('/cancel/', { mid: msg_id })).result_code).toBe('-805');
  });

  it('can be canceled until five minutes before', async () => {
    const { msg_id } = await send(reserved);
    const kept = await send(reserved);
    expect((await vendor.call('/cancel/', { mid: msg_id })).cancel_date).toBe('2026-11-21 12:00:00');
    expect((await vendor.call('/cancel/', { mid: msg_id })).result_code).toBe('-803');
    vendor.clock.nowMs += 25 * 60_000 + 1;
    expect((await vendor.call('/cancel/', { mid: kept.msg_id })).result_code).toBe('-804');
    vendor.clock.nowMs += 3_600_000;
    expect((await arrivals()).count).toBe(1);
  });

  it('need ten minutes', async () => {
    expect(Number((await send({ rdate: '20261121', rtime: '1209' })).result_code)).toBeLessThan(0);
    expect(Number((await send({ rdate: 'soon', rtime: '' })).result_code)).toBeLessThan(0);
    expect(Number((await send({ rdate: '20261121', rtime: '1210' })).result_code)).toBe(1);
  });

  it.each([
    [{}, '-801'],
    [{ mid: 'x' }, '-802'],
    [{ mid: '77' }, '-803'],
  ] as [Record<string, string>, string][])('canceling %j is answered %s', async (fields, code) => {
    expect((await vendor.call('/cancel/', fields)).result_code).toBe(code);
  });
});

describe('the account', () => {
  it('pays for what is accepted, by type, and for nothing else', async () => {
    await vendor.control('POST', '/carrier/account', { balance: 10 });
    await vendor.call('/send_mass/', massFields(numbers(3), '가'.repeat(50), 'LMS'));
    expect(await vendor.call('/remain/')).toMatchObject({ SMS_CNT: 1, LMS_CNT: 0, MMS_CNT: 0 });
    expect((await vendor.call('/send_mass/', massFields(numbers(2)))).result_code).toBe('-201');
    await vendor.restart();
    expect((await vendor.control('GET', '/carrier/account')).body).toEqual({ balance: 1 });
    expect(Number((await vendor.call('/send_mass/', massFields(numbers(1)))).result_code)).toBe(1);
    expect((await arrivals()).count).toBe(4);
  });

  it('is known by key and user', async () => {
    const guarded = await startVendor({ key: 'right', userId: 'me' });
    const wrong: Record<string, string>[] = [{}, { key: 'right' }, { user_id: 'me' }];
    for (const fields of wrong) {
      expect((await guarded.call('/remain/', fields)).result_code).toBe('-101');
    }
    expect(Number((await guarded.call('/remain/', { key: 'right', user_id: 'me' })).result_code)).toBe(1);
    await guarded.stop();
    expect((await vendor.call('/remain/', { key: '' })).result_code).toBe('-101');
  });
});

it('answers what is no call of the vendor without harm', async () => {
  const statuses = [
    await fetch(`${vendor.url}/send_mass/`),
    await fetch(`${vendor.url}/nothing/`, { method: 'POST' }),
    await fetch(`${vendor.url}/send_mass`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    }),
    await fetch(`${vendor.url}/send_mass/`, { method: 'POST', body: 'x'.repeat(9 * 1024 * 1024) }),
  ].map(({ status }) => status);
  expect(statuses).toEqual([405, 404, 200, 413]);
});
