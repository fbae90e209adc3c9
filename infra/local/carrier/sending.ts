import { toCp949 } from './cp949.ts';
import type { Form } from './form.ts';
import { isRefused } from './outcomes.ts';
import {
  badField,
  badLength,
  badReceiver,
  badSender,
  type Operation,
  outOfBalance,
  type Reply,
  success,
  type Vendor,
} from './vendor.ts';

const types = ['SMS', 'LMS', 'MMS'];
const bytesMax: Readonly<Record<string, number>> = { SMS: 90, LMS: 2_000, MMS: 2_000 };
export const smsPerMessage: Readonly<Record<string, number>> = { SMS: 1, LMS: 3, MMS: 8 };
const titleBytesMax = 44;
const massMax = 500;
const sendMax = 1_000;
const reservedAheadMs = 10 * 60_000;

/** `/send_mass/`: 1–500 receivers, each with its own text. `msg_type` is mandatory. */
export const sendMass: Operation = (form, vendor) => {
  const count = Number(form.get('cnt'));
  if (!Number.isInteger(count) || count < 1 || count > massMax) return badField('cnt는 1~500이어야 합니다.');
  const type = form.get('msg_type') ?? '';
  if (!types.includes(type)) return badField('msg_type이 올바르지 않습니다.');
  const receivers: string[] = [];
  const texts: string[] = [];
  for (let n = 1; n <= count; n++) {
    const receiver = form.get(`rec_${n}`);
    const text = form.get(`msg_${n}`);
    if (receiver === undefined || text === undefined) return badField(`rec_${n}, msg_${n}이 없습니다.`);
    receivers.push(receiver);
    texts.push(text);
  }
  return take(form, vendor, type, receivers, texts);
};

/** `/send/`: one text for up to 1,000 receivers; LMS by itself when it is over 90 bytes and no type was asked for. */
export const send: Operation = (form, vendor) => {
  const receivers = (form.get('receiver') ?? '').split(',').map((receiver) => receiver.trim());
  if (receivers.length > sendMax) return badField('receiver는 1,000건까지 가능합니다.');
  const given = form.get('msg') ?? '';
  const type = form.get('msg_type') ?? (toCp949(given).bytes > bytesMax.SMS! ? 'LMS' : 'SMS');
  if (!types.includes(type)) return badField('msg_type이 올바르지 않습니다.');
  const names = new Map((form.get('destination') ?? '').split(',').map((pair) => pair.split('|') as [string, string]));
  const texts = receivers.map((receiver) => given.replaceAll('%고객명%', names.get(receiver) ?? ''));
  return take(form, vendor, type, receivers, texts);
};

function take(form: Form, vendor: Vendor, type: string, given: readonly string[], rawTexts: readonly string[]): Reply {
  const nowMs = vendor.now();
  const sender = (form.get('sender') ?? '').replaceAll('-', '');
  if (!/^\d{3,16}$/.test(sender)) return badSender();
  const receivers = given.map((receiver) => receiver.replaceAll('-', ''));
  if (!receivers.every((receiver) => /^0\d{8,11}$/.test(receiver)) || receivers.every(isRefused)) return badReceiver();
  const texts: string[] = [];
  for (const raw of rawTexts) {
    const { text, bytes } = toCp949(raw);
    if (bytes === 0) return badField('메시지 내용이 없습니다.');
    if (bytes > bytesMax[type]!) return badLength();
    texts.push(text);
  }
  const title = toCp949(form.get('title') ?? '');
  if (title.bytes > titleBytesMax) return badLength();
  const images = ['image', 'image1', 'image2', 'image3'].flatMap((name) => form.file(name) ?? []);
  if (type === 'MMS' && images.length === 0) return badField('이미지가 없습니다.');
  const dueMs = dueTime(form, nowMs);
  if (dueMs === null) return badField('예약시간은 10분 이후여야 합니다.');
  const cost = receivers.length * smsPerMessage[type]!;
  if (cost > (vendor.store.balance() ?? Number.POSITIVE_INFINITY)) return outOfBalance();
  const errors = receivers.filter(isRefused).length;
  const mid = vendor.store.accept(
    {
      type,
      sender,
      title: title.text,
      acceptedMs: nowMs,
      dueMs,
      testOnly: form.get('testmode_yn') === 'Y',
      receivers,
      texts,
      images,
    },
    cost,
  );
  // Seen at the vendor: the same field is a number in one reply and a string in the next.
  const written = (value: number): number | string => (mid % 2 === 0 ? value : String(value));
  return success({
    result_code: written(1),
    msg_id: written(mid),
    success_cnt: written(receivers.length - errors),
    error_cnt: written(errors),
    msg_type: type,
  });
}

/** Now, or the reserved time (Korean time, `rdate` YYYYMMDD and `rtime` HHMM); null if that is too near or no time. */
function dueTime(form: Form, nowMs: number): number | null {
  const given = `${form.get('rdate') ?? ''}${form.get('rtime') ?? ''}`;
  if (given === '') return nowMs;
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(given);
  if (!parts) return null;
  const dueMs = Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:00+09:00`);
  return dueMs >= nowMs + reservedAheadMs ? dueMs : null;
}
