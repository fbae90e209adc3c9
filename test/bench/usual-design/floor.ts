// What no design can leave out: read a batch's rows, hand it to the carrier in one call, ask once for its reports.
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { SQSEvent } from 'aws-lambda';
import { massForm, questionForm } from '../../../shared/adapters/carriers/aligo-forms.ts';
import { parseLines } from '../../../shared/domain/dispatches/prepare/lines.ts';
import { carrierCredentials, post } from './carrier.ts';
import { env, type FloorMessage, type Row, sender, textFor } from './contract.ts';

const s3 = new S3Client({});

export async function handler({ Records }: SQSEvent): Promise<void> {
  for (const { body } of Records) await sendBatch(JSON.parse(body) as FloorMessage);
}

async function sendBatch({ rowsKey, offset, length }: FloorMessage): Promise<void> {
  const credentials = await carrierCredentials();
  const { Body } = await s3.send(
    new GetObjectCommand({
      Bucket: process.env[env.bucket],
      Key: rowsKey,
      Range: `bytes=${offset}-${offset + length - 1}`,
    }),
  );
  if (!Body) throw new Error(`${rowsKey} has no content`);
  const rows = parseLines(await Body.transformToByteArray()) as unknown as readonly Row[];
  const messages = rows.map(([, digits, name]) => ({ to: `+${digits}`, text: textFor(name) }));
  const form = massForm(credentials, { type: 'sms', from: sender, subject: null, messages, images: [] });
  const { msg_id } = await post(credentials, '/send_mass/', String(form.body));
  const question = questionForm(credentials, { mid: String(msg_id), page: 1, page_size: 500 });
  await post(credentials, '/sms_list/', String(question.body));
}
