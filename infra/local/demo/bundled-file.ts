import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Customer, Upload } from './customer.ts';
import { grouped, type Screen } from './screen.ts';

const fileName = 'recipients.csv';
const pollMs = 250;
const patienceMs = 45_000;

/** What is sent to the people in the file: it uses its columns. */
export const message = {
  from: '0212345678',
  text: "{{ name | default: '고객' }}님, 주문하신 {{ item }} 상품이 오늘 출발합니다.",
};

/** Of the magic numbers in it: 0003 never answers, 0004 only after ten minutes. */
export const silentPhones = 1;
export const slowPhones = 1;

/** Uploads the bundled file and waits until it is judged. @throws if it is not found good in time */
export async function uploadBundledFile(customer: Customer, screen: Screen): Promise<Upload> {
  const file = readFileSync(new URL(fileName, import.meta.url));
  const { id, upload: put } = await customer.createUpload(fileName);
  const answer = await fetch(put.url, { method: put.method, headers: put.headers, body: file });
  if (!answer.ok) throw new Error(`PUT of the file answered ${answer.status}: ${await answer.text()}`);
  screen.line('upload', `infra/local/demo/${fileName}, ${grouped(Math.round(file.length / 1024))} KB`);

  for (const untilMs = performance.now() + patienceMs; performance.now() < untilMs; await sleep(pollMs)) {
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
