import { expect, test } from 'vitest';
import { inlineRow, sheetOf, workbookOf } from '../domain/uploads/workbook-builder.ts';
import { cloudSuite, until } from '../support/cloud.ts';
import { pdf } from '../support/evidence-files.ts';
import { csvOf, imported, putEvidence, putFile, validated } from '../support/files.ts';
import { listOf, message, numbers, type Shown, settled } from '../support/sends.ts';

const suite = cloudSuite();

test('known refusals are imported from csv and xlsx, campaigns leave them out, and what proves a consent is kept', async () => {
  const { live } = await suite.newShop(5_000);
  const people = numbers(120, 91);
  const [left, no, unknown] = [people.slice(0, 20), people.slice(20, 50), people.slice(50, 100)];
  const yes = people.slice(100);
  const others = numbers(550, 92);

  // The import is asked for before its file is there.
  const workbook = await workbookOf({
    sheet: sheetOf(
      inlineRow(1, 'phoneNumber', 'at') + left.map((to, i) => inlineRow(i + 2, to, '2020-05-01')).join(''),
    ),
  });
  const optOuts = imported(live, '/v1/opt-outs/imports', {
    uploadId: await putFile(live, new Uint8Array(workbook), { fileName: 'known.xlsx' }),
  });
  const answers = [
    ...no.map((to) => `${to},거부`),
    ...[...others, ...unknown].map((to) => `${to},`),
    ...yes.map((to) => `${to},동의`),
  ];
  const uploadId = await putFile(live, csvOf(answers, 'phoneNumber,marketing'));
  const counts = { status: 'completed', rows: 650, done: 650, changed: 50, unchanged: 600, refused: 0 };
  expect(await imported(live, '/v1/consents/imports', { uploadId })).toMatchObject(counts);
  expect(await optOuts).toMatchObject({ status: 'completed', rows: 20, changed: 20 });
  expect(await imported(live, '/v1/consents/imports', { uploadId })).toMatchObject({ changed: 0, unchanged: 650 });
  expect((await live.all('/v1/opt-outs')).map(({ number }) => number).sort()).toEqual([...left].sort());
  await live.told(204, 'DELETE', `/v1/uploads/${uploadId}`);

  const file = pdf();
  const evidenceUploadId = await putEvidence(live, file);
  expect(await validated(live, evidenceUploadId)).toMatchObject({ status: 'ready', format: 'pdf' });
  const consents = `/v1/consents/${encodeURIComponent(yes[0]!)}`;
  await live.told(200, 'PUT', consents, { body: { marketing: true, night: true, evidenceUploadId } });
  const { marketing } = await live.get(consents);
  expect(marketing).toMatchObject({ value: true, evidenceUploadId });

  const nowMs = await suite.control.nowMs();
  const at = (minutes: number) => new Date(nowMs + minutes * 60_000).toISOString();
  const { id } = await live.told(201, 'POST', '/v1/campaigns', {
    body: {
      name: 'November sale',
      message: message(),
      recipients: { list: listOf(people) },
      period: { startAt: at(60), endAt: at(600) },
    },
  });
  await live.told(200, 'POST', `/v1/campaigns/${id}/publish`);
  await suite.control.advance('PT61M');
  const { dispatchId } = await until<Shown>(
    () => live.get(`/v1/campaigns/${id}`),
    (campaign) => campaign.dispatchId !== null,
  );
  const dispatch = await settled(suite.control, live, dispatchId, 'PT1M');
  expect(dispatch.skippedBy).toEqual({ opted_out: 20, consent_denied: 30 });
  const arrived = await suite.control.arrivalsByNumber();
  expect([...arrived.keys()].sort()).toEqual([...unknown, ...yes].sort());

  // A week later what nobody refers to would be gone.
  await suite.control.advance('P8D');
  const { downloadUrl, expiresAt } = await live.get(`/v1/uploads/${evidenceUploadId}`);
  expect(expiresAt).toBeNull();
  const download = await fetch(downloadUrl);
  expect([download.status, download.headers.get('content-type')]).toEqual([200, 'application/pdf']);
  expect(Buffer.from(await download.arrayBuffer()).equals(file)).toBe(true);
  const queues = await suite.control.queues();
  expect(queues.filter(({ deadLetters }) => deadLetters > 0)).toEqual([]);
}, 90_000);
