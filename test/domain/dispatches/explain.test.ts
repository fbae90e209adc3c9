import { beforeEach, describe, expect, it } from 'vitest';
import type { DispatchId, UploadId } from '../../../shared/contracts/ids.ts';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import { createDispatch, type DispatchRequest } from '../../../shared/domain/dispatches/create-dispatch.ts';
import type { Explained } from '../../../shared/domain/dispatches/explain/explain-recipient.ts';
import type { Outcome, RuleRecord, Ruling } from '../../../shared/domain/dispatches/explain/ruling.ts';
import type { RuleKey } from '../../../shared/domain/dispatches/rules/pipeline-rules.ts';
import { startDispatch } from '../../../shared/domain/dispatches/start-dispatch.ts';
import type { PermissionChange } from '../../../shared/domain/permissions/permission.ts';
import type { RecipientRow, RejectedRow } from '../../../shared/domain/recipients/recipient-list.ts';
import { delivered, failed } from '../../support/fakes/carrier.ts';
import { contradictions, explained, ruling } from '../../support/fakes/explained.ts';
import { ready, recipientsOf, requestOf, sending } from '../../support/fakes/sends.ts';
import { advertiser, createWorld, optOutNumber, owner, sender, type World } from '../../support/fakes/world.ts';
import { validateCsv } from '../uploads/validation-harness.ts';

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
const at = (local: string) => Date.parse(`2026-11-21T${local}+09:00`);
const digitsOf = (i: number) => `8210${20_000_000 + i}`;
const uploadId: UploadId = 'upl_01HZZZZZZZZZZZZZZZZZZZZZZZ';
const campaign: Partial<DispatchRequest> = { campaignId: 'cmp_01HZZZZZZZZZZZZZZZZZZZZZZZ' };

let world: World;
beforeEach(() => {
  world = createWorld();
  world.clock.to(at('11:00:00'));
});

const message = (over: Partial<DispatchRequest['message']>): Partial<DispatchRequest> => ({
  message: { ...requestOf().message, ...over },
});
function advertisement(over: Partial<DispatchRequest> = {}): Partial<DispatchRequest> {
  world.optOutNumbers.push({ number: optOutNumber, businessName: advertiser });
  return { ...message({ advertisement: { optOutNumber: null, addParts: true } }), ...over };
}
const says = (i: number, change: Omit<PermissionChange, 'source'>, source: PermissionChange['source'] = 'api') =>
  world.permissions.change(owner, digitsOf(i), { source, ...change }, world.clock.now());

/** Explains all recipients of a dispatch, and holds each explanation against itself. */
async function told(id: DispatchId): Promise<readonly Explained[]> {
  const all = await explained(world, id);
  expect(all.flatMap(contradictions)).toEqual([]);
  return all;
}
async function toldOf(id: DispatchId, row = 1): Promise<Explained> {
  const found = (await told(id)).find(({ view }) => view.row === row);
  if (!found) throw new Error(`There is no row ${row}`);
  return found;
}
const outcomes = ({ rules }: Explained) =>
  Object.fromEntries(rules.map(({ stage, rule, outcome }) => [`${stage}/${rule}`, outcome]));
const ofOutcome = ({ rules }: Explained, outcome: Outcome) =>
  rules.filter((one) => one.outcome === outcome).map(({ stage, rule }) => `${stage}/${rule}`);

/** What the rule says that left row `row` out. */
async function decision(id: DispatchId, row = 1): Promise<Ruling> {
  const { rules } = await toldOf(id, row);
  const found = rules.find(({ outcome }) => outcome === 'excluded' || outcome === 'failed');
  if (!found) throw new Error('No rule left it out');
  return found;
}

const finish = () => world.runFor(8 * day);

/** An upload with these lines below its header, as validation leaves it. */
async function ofFile(csv: string, requiredColumns: string[] = [], over: Partial<DispatchRequest> = {}) {
  const { rows, rejected } = await validateCsv(csv, { requiredColumns });
  const list = world.files.keepList(uploadId, rows as RecipientRow[], rejected as RejectedRow[]);
  world.dispatches.uploads.set(uploadId, { status: 'ready', list });
  const created = await createDispatch(world.ports, owner, requestOf(over), { uploadId }, null);
  if (created.kind !== 'created') throw new Error(created.kind);
  for (const record of world.queues.due()) if (record.work.queue === 'prepare') await world.receive(record);
  return created.dispatch.id;
}

describe('a message that arrived', () => {
  it('passed every rule that is asked of it, in the order of the pipeline', async () => {
    const { id } = await sending(world);
    await finish();
    const one = await toldOf(id);
    expect(Object.entries(outcomes(one))).toEqual([
      ['intake/cells', 'not_asked'],
      ['intake/number', 'passed'],
      ['intake/required_values', 'not_asked'],
      ['intake/unique', 'passed'],
      ['prepare/erased', 'passed'],
      ['prepare/country', 'passed'],
      ['prepare/permission', 'not_asked'],
      ['prepare/variables', 'passed'],
      ['prepare/characters', 'passed'],
      ['prepare/length', 'passed'],
      ['prepare/advertisement_parts', 'not_asked'],
      ['hold/credits', 'passed'],
      ['sending/sender_number', 'passed'],
      ['sending/opt_out_number', 'not_asked'],
      ['sending/text', 'passed'],
      ['sending/erased', 'passed'],
      ['sending/permission', 'not_asked'],
      ['sending/night_window', 'not_asked'],
      ['sending/duplicate_content', 'not_asked'],
      ['carrier/carrier', 'passed'],
      ['carrier/report', 'passed'],
    ]);
    const records: Partial<Record<keyof RuleKey, RuleRecord>> = {
      'intake/number': { kind: 'row', row: 1, uploadId: null, column: null, firstRow: null },
      'prepare/country': { kind: 'number', number: `+${digitsOf(0)}` },
      'prepare/characters': { kind: 'characters', policy: 'refuse', unsendable: [] },
      'prepare/length': { kind: 'length', type: 'sms', bytes: 9, bytesMax: 90, subjectBytes: null },
      'hold/credits': { kind: 'credits', row: 1, credits: 1, lastRow: null },
      'sending/sender_number': { kind: 'number', number: sender },
      'sending/text': { kind: 'length', type: 'sms', bytes: 9, bytesMax: 90, subjectBytes: null },
      'carrier/carrier': { kind: 'carrier', carrier: 'fake', submittedAtMs: at('11:00:00') },
      'carrier/report': { kind: 'report', atMs: at('11:00:01') },
    };
    for (const [key, record] of Object.entries(records)) {
      expect(ruling(one, key as keyof RuleKey).record, key).toEqual(record);
    }
  });

  it('of an advertisement was asked every rule but that of repeated messages', async () => {
    await says(0, { marketing: true, night: true, evidence: 'form 7', consentAtMs: at('10:00:00') });
    const { id } = await sending(world, recipientsOf(1), advertisement());
    await finish();
    const one = await toldOf(id);
    expect(ofOutcome(one, 'not_asked')).toEqual([
      'intake/cells',
      'intake/required_values',
      'sending/duplicate_content',
    ]);
    expect(ruling(one, 'prepare/advertisement_parts').record).toEqual({
      kind: 'advertisement',
      ...{ advertiser, optOutNumber, addParts: true },
    });
    expect(ruling(one, 'sending/opt_out_number').record).toEqual({ kind: 'number', number: optOutNumber });
    expect(ruling(one, 'sending/permission')).toMatchObject({
      message: 'Had consented to advertising',
      record: {
        kind: 'permission',
        about: 'advertising',
        rules: { informationalToOptedOut: 'send', unknownConsent: 'warn' },
        atMs: at('11:00:00'),
        said: {
          source: 'api',
          after: { version: 1, marketing: true, marketingAtMs: at('10:00:00'), evidence: 'form 7' },
        },
      },
    });
  });
});

describe('a row of a file', () => {
  const file = [
    'phoneNumber,name',
    `${digitsOf(1)},Kim`,
    `${digitsOf(2)},Lee,more`,
    ',Park',
    '010-12,Choi',
    `${digitsOf(3)},`,
    `${digitsOf(1)},Kim`,
    '',
  ].join('\n');
  const row = { kind: 'row', uploadId, column: 'phoneNumber', firstRow: null };

  it.each<[number, Partial<Ruling>]>([
    [3, { rule: 'cells', reason: 'too_many_cells', record: { ...row, row: 3, column: 'name' } as RuleRecord }],
    [4, { rule: 'number', reason: 'missing_number', record: { ...row, row: 4 } as RuleRecord }],
    [5, { rule: 'number', reason: 'invalid_number', record: { ...row, row: 5 } as RuleRecord }],
    [6, { rule: 'required_values', reason: 'missing_value', record: { ...row, row: 6, column: 'name' } as RuleRecord }],
    [7, { rule: 'unique', reason: 'duplicate_number', record: { ...row, row: 7, firstRow: 2 } as RuleRecord }],
  ])('%i was refused with its file', async (of, expected) => {
    const id = await ofFile(file, ['name']);
    expect(await decision(id, of)).toMatchObject({ stage: 'intake', outcome: 'excluded', ...expected });
  });

  it('says which column was empty, and which row was first', async () => {
    const id = await ofFile(file, ['name']);
    expect((await decision(id, 6)).message).toBe('The required column name is empty');
    expect((await decision(id, 7)).message).toBe('Row 2 has this number');
    expect(ruling(await toldOf(id, 2), 'intake/required_values').outcome).toBe('passed');
  });

  it('that is there very often is told of so many times, the one that counted among them', async () => {
    const id = await ofFile(`phoneNumber\n${`${digitsOf(1)}\n`.repeat(60)}`, [], message({ text: 'Hello' }));
    const all = await told(id);
    expect(all).toHaveLength(20);
    expect(all.map(({ view }) => view.reason)).toEqual([null, ...Array.from({ length: 19 }, () => 'duplicate_number')]);
    expect(new Set(all.slice(1).map(({ rules }) => rules[3]?.message))).toEqual(new Set(['Row 2 has this number']));
  });
});

describe('what prepare left out', () => {
  it.each<[string, string, string, Partial<Ruling>]>([
    ['a foreign number', '+14155550100', 'Kim', { rule: 'country', reason: 'foreign_number' }],
    [
      'no value',
      '',
      '',
      { rule: 'variables', reason: 'missing_variable', record: { kind: 'variable', variable: 'name' } },
    ],
    [
      'characters',
      '',
      'K☃m',
      {
        rule: 'characters',
        reason: 'unsendable_character',
        record: { kind: 'characters', policy: 'refuse', unsendable: [{ position: 1, character: '☃', in: 'text' }] },
      },
    ],
    [
      'a text too long',
      '',
      '가'.repeat(1_000),
      {
        rule: 'length',
        reason: 'too_long',
        record: { kind: 'length', type: null, bytes: 2_006, bytesMax: 2_000, subjectBytes: null },
      },
    ],
  ])('for %s', async (_, number, name, expected) => {
    const to = number === '' ? digitsOf(0) : number;
    const { id } = await ready(world, [{ to, variables: { name } }, ...recipientsOf(1, undefined, 1)]);
    expect(await decision(id)).toMatchObject({ stage: 'prepare', outcome: 'excluded', ...expected });
    expect(ofOutcome(await toldOf(id), 'not_reached')).toContain('hold/credits');
  });

  it('for a subject that is too long', async () => {
    const over = message({ subject: '{{ name }}', text: 'Hello' });
    const { id } = await ready(world, [{ to: digitsOf(0), variables: { name: '가'.repeat(21) } }], over);
    expect(await decision(id)).toMatchObject({
      message: 'The subject has 42 bytes, and may have 40',
      record: { kind: 'length', bytesMax: 2_000, subjectBytes: 42 },
    });
  });

  it('for a value that outgrows everything, before anything else of it is looked at', async () => {
    const over = message({ text: "{{ name | replace: 'a', name }} {{ other }}" });
    const { id } = await ready(world, [{ to: digitsOf(0), variables: { name: 'a'.repeat(3_000) } }], over);
    const one = await toldOf(id);
    expect(ruling(one, 'prepare/length')).toMatchObject({ outcome: 'excluded', record: { bytes: null } });
    expect([ruling(one, 'prepare/variables').outcome, ruling(one, 'prepare/characters').outcome]).toEqual([
      'not_reached',
      'not_reached',
    ]);
  });

  it.each<[string, Omit<PermissionChange, 'source'> | null, Partial<Ruling>]>([
    ['an opt-out', { optedOut: true }, { reason: 'opted_out', message: 'Had opted out' }],
    ['a refusal', { marketing: false }, { reason: 'consent_denied', message: 'Had refused advertising' }],
    [
      'no consent',
      null,
      { reason: 'consent_denied', message: 'Had not consented to advertising (`unknownConsent`: `exclude`)' },
    ],
  ])('of a campaign for %s', async (_, change, expected) => {
    world.rules.unknownConsent = 'exclude';
    if (change) await says(0, change, 'call');
    const { id } = await ready(world, recipientsOf(1), campaign);
    world.clock.advance(minute);
    await says(0, { optedOut: false, marketing: true }); // what is so today is no reason
    const found = await decision(id);
    expect(found).toMatchObject({ stage: 'prepare', rule: 'permission', ...expected });
    const said = change ? { source: 'call', after: { version: 1 } } : 'nothing';
    expect(found.record).toMatchObject({ kind: 'permission', about: 'advertising', atMs: at('11:00:00'), said });
  });

  it('of other messages for an opt-out, where the tenant wants it so', async () => {
    world.rules.informationalToOptedOut = 'exclude';
    await says(0, { optedOut: true }, 'import');
    const { id } = await ready(world, recipientsOf(2));
    expect((await decision(id)).record).toMatchObject({ about: 'informational', said: { source: 'import' } });
    expect(ruling(await toldOf(id, 2), 'prepare/permission')).toMatchObject({
      outcome: 'passed',
      message: 'Had not opted out',
      record: { said: 'nothing' },
    });
  });
});

describe('nobody is asked', () => {
  it.each<[string, Partial<DispatchRequest>, string]>([
    ['by messages that are no advertising', {}, 'informationalToOptedOut'],
    ['by a log-in', message({ type: 'auth', text: '인증 {{ name }}' }), 'log-in'],
    ['by a test send', { ...campaign, purpose: 'test' }, 'Test sends'],
    ['by a notice', { purpose: 'notice' }, 'their own word'],
  ])('%s', async (_, over, words) => {
    await says(0, { optedOut: true });
    const { id } = await sending(world, recipientsOf(1), over);
    await finish();
    for (const key of ['prepare/permission', 'sending/permission'] as const) {
      const found = ruling(await toldOf(id), key);
      expect(found).toMatchObject({ outcome: 'not_asked', record: { kind: 'permission', atMs: null, said: null } });
      expect(found.message).toContain(words);
    }
  });
});

describe('credits', () => {
  it('end with a row', async () => {
    world = createWorld({ credits: 2 });
    const { id } = await sending(world, recipientsOf(4), { onShortfall: 'partial' });
    await finish();
    expect(await decision(id, 3)).toMatchObject({
      rule: 'credits',
      reason: 'insufficient_credits',
      record: { kind: 'credits', row: 3, credits: 1, lastRow: 2 },
    });
    expect(ruling(await toldOf(id, 2), 'hold/credits').outcome).toBe('passed');
  });

  it('that are too few for an automatic one leave everybody unasked', async () => {
    world = createWorld({ credits: 2 });
    const { id } = await ready(world, recipientsOf(4), { confirm: 'auto' });
    const one = ruling(await toldOf(id), 'hold/credits');
    expect(one).toMatchObject({ outcome: 'not_reached', reason: null });
    expect(one.message).toContain('Sending costs 4 credits, 2 are available');
  });
});

describe('directly before the call', () => {
  const inAnHour = { schedule: { atMs: at('12:00:00') } };

  it('a sender number may be approved no longer, and the opt-out number no longer open', async () => {
    const { id } = await sending(world, recipientsOf(1), advertisement(inAnHour));
    world.optOutNumbers.length = 0;
    const both = await sending(world, recipientsOf(1, undefined, 1), inAnHour);
    await world.run(at('11:30:00'));
    await finish();
    expect(await decision(id)).toMatchObject({
      rule: 'opt_out_number',
      reason: 'opt_out_number_not_open',
      record: { kind: 'number', number: optOutNumber },
    });
    expect(ruling(await toldOf(both.id), 'carrier/report').outcome).toBe('passed');

    const late = await sending(world, recipientsOf(1, undefined, 2), { schedule: { atMs: world.clock.now() + hour } });
    world.tenants.approved = false;
    await finish();
    expect(await decision(late.id)).toMatchObject({
      rule: 'sender_number',
      reason: 'sender_not_approved',
      record: { kind: 'number', number: sender },
    });
  });

  it('somebody may have opted out since, and have come back by today', async () => {
    const { id } = await sending(world, recipientsOf(2), { ...campaign, ...inAnHour });
    await world.run(at('11:30:00'));
    await says(0, { optedOut: true }, 'call');
    await world.run(at('12:10:00'));
    await says(0, { optedOut: false });
    await says(1, { optedOut: true });
    await finish();
    const one = await toldOf(id);
    expect(ruling(one, 'prepare/permission')).toMatchObject({ outcome: 'passed', record: { said: 'nothing' } });
    expect(ruling(one, 'sending/permission')).toMatchObject({
      ...{ outcome: 'excluded', reason: 'opted_out' },
      record: { atMs: at('12:00:00'), said: { source: 'call', atMs: at('11:30:00') } },
    });
    expect(ruling(await toldOf(id, 2), 'sending/permission')).toMatchObject({
      outcome: 'passed',
      record: { said: 'nothing' },
    });
  });

  it('who was left out of a batch that came again is told why that was so the first time', async () => {
    const { id } = await sending(world, recipientsOf(2), { ...campaign, ...inAnHour });
    await world.run(at('11:30:00'));
    await says(0, { optedOut: true }, 'call');
    world.carrier.retryAfterSeconds = 600;
    world.carrier.fateOfCall = () => 'throttled';
    await world.run(at('12:05:00'));
    await says(0, { optedOut: false });
    world.carrier.fateOfCall = () => 'accept';
    await finish();
    expect(await decision(id)).toMatchObject({
      ...{ stage: 'sending', rule: 'permission', reason: 'opted_out' },
      record: { atMs: at('12:00:00'), said: { source: 'call', atMs: at('11:30:00') } },
    });
    expect(ruling(await toldOf(id, 2), 'carrier/carrier').record).toMatchObject({
      submittedAtMs: expect.toSatisfy((atMs) => atMs > at('12:05:00')),
    });
  });

  it('the same message may have gone shortly before', async () => {
    world.tenants.duplicateBlockMinutes = 30;
    const first = await sending(world, recipientsOf(1));
    await world.runFor(minute);
    const { id } = await sending(world, recipientsOf(2));
    await world.runFor(10 * minute);
    const record = { kind: 'duplicate', blockMinutes: 30, dispatchId: null };
    expect(ruling(await toldOf(first.id), 'sending/duplicate_content')).toMatchObject({ outcome: 'passed', record });
    const left = { rule: 'duplicate_content', reason: 'duplicate_content' };
    expect(await decision(id)).toMatchObject({ ...left, record: { ...record, dispatchId: first.id } });
    expect(ruling(await toldOf(id, 2), 'sending/duplicate_content')).toMatchObject({ outcome: 'passed', record });

    // Once it has gone again, nobody knows any more for which it was left out
    await world.runFor(30 * minute);
    await sending(world, recipientsOf(1));
    await world.runFor(10 * minute);
    expect(await decision(id)).toMatchObject({ ...left, record });
  });

  it('it may be night, which is nothing to those who consented to it', async () => {
    await says(0, { marketing: true, night: true });
    await says(1, { marketing: true, night: false });
    const { id } = await sending(world, recipientsOf(2), advertisement({ schedule: { atMs: at('22:00:00') } }));
    await world.run(at('21:00:00'));
    await says(1, { night: null });
    await finish();
    const record = {
      ...{ kind: 'night', policy: 'fail', window: { startMinute: 1_200, endMinute: 480 } },
      ...{ waveAtMs: at('22:00:00'), atMs: at('22:00:00'), opensAtMs: at('08:00:00') + day },
    };
    expect(ruling(await toldOf(id), 'sending/night_window')).toMatchObject({
      outcome: 'passed',
      message: 'Had consented to advertising at night',
      record: { ...record, said: { after: { version: 1, night: true } } },
    });
    expect(await decision(id, 2)).toMatchObject({
      ...{ rule: 'night_window', reason: 'night_window' },
      record: { ...record, said: { after: { version: 2, night: null } } },
    });
  });

  it('it may wait for the morning', async () => {
    world.tenants.night = { ...world.tenants.night, policy: 'wait' };
    const { id } = await sending(world, recipientsOf(1), advertisement({ schedule: { atMs: at('22:00:00') } }));
    const waits = {
      outcome: 'waits',
      message: 'It waits for the night to end at 2026-11-21T23:00:00.000Z',
      record: { policy: 'wait', waveAtMs: at('22:00:00'), atMs: null, opensAtMs: at('08:00:00') + day },
    };
    expect(ruling(await toldOf(id), 'sending/night_window')).toMatchObject(waits);
    await world.run(at('23:00:00'));
    expect(ruling(await toldOf(id), 'sending/night_window')).toMatchObject(waits);
    await finish();
    expect(ruling(await toldOf(id), 'sending/night_window')).toMatchObject({
      outcome: 'passed',
      message: 'It was day',
      record: { atMs: at('08:00:00') + day, opensAtMs: null },
    });
  });
});

describe('the carrier', () => {
  const last = async (id: DispatchId) =>
    (await toldOf(id)).rules.slice(-2).map(({ outcome, reason }) => [outcome, reason]);

  it.each<[string, Partial<World['carrier']>, number, [Outcome, string | null], [Outcome, string | null]]>([
    ['takes it and reports nothing yet', {}, second / 2, ['passed', null], ['waits', null]],
    ['reports it delivered', {}, day, ['passed', null], ['passed', null]],
    ['reports it failed', { fateOfMessage: () => failed }, day, ['passed', null], ['failed', 'power_off']],
    ['never reports', { fateOfMessage: () => [] }, 4 * day, ['passed', null], ['unclear', null]],
    ['refuses it', { fateOfCall: () => 'refuse' }, day, ['failed', 'content'], ['not_reached', null]],
    ['never answers', { fateOfCall: () => 'dropped_before' }, hour, ['unclear', null], ['not_reached', null]],
    ['never took it', { fateOfCall: () => 'dropped_before' }, 4 * day, ['failed', 'unresolved'], ['not_reached', null]],
    ['took it without a word', { fateOfCall: () => 'taken_then_timeout' }, 4 * day, ['passed', null], ['passed', null]],
    ['has no room', { fateOfCall: () => 'throttled' }, minute, ['not_reached', null], ['not_reached', null]],
  ])('%s', async (_, weather, afterMs, call, report) => {
    world.carrier.fateOfMessage = () => delivered;
    Object.assign(world.carrier, weather);
    const { id } = await sending(world, recipientsOf(1), campaign);
    await world.runFor(afterMs);
    expect(await last(id)).toEqual([call, report]);
  });

  it('that never answers leaves it open whether permissions were read', async () => {
    world.carrier.fateOfCall = () => 'dropped_before';
    const { id } = await sending(world, recipientsOf(1), advertisement());
    await world.runFor(hour);
    expect(ofOutcome(await toldOf(id), 'unclear')).toEqual([
      'sending/erased',
      'sending/permission',
      'sending/night_window',
      'carrier/carrier',
    ]);
  });
});

describe('what has not come so far', () => {
  const notYet = async (id: DispatchId) => {
    const one = await toldOf(id);
    const rules = one.rules.filter(({ outcome }) => outcome === 'not_reached');
    return [rules[0]?.rule, ...new Set(rules.map(({ message }) => message))];
  };

  it('waits for its confirmation, its time, its turn', async () => {
    const { id } = await ready(world, recipientsOf(1), { schedule: { atMs: at('12:00:00') } });
    expect(await notYet(id)).toEqual(['credits', 'The dispatch waits for its confirmation']);
    await startDispatch(world.ports, world.dispatch(id), { maxCredits: null, remember: null });
    expect(await notYet(id)).toEqual(['sender_number', 'It goes at 2026-11-21T03:00:00.000Z']);
    world.carrier.fateOfCall = () => 'connection_refused';
    await world.run(at('12:00:01'));
    expect(await notYet(id)).toEqual(['sender_number', 'It did not go and is tried again']);
    const queued = await sending(world, recipientsOf(1, undefined, 1));
    expect(await notYet(queued.id)).toEqual(['sender_number', 'It is queued']);
  });

  it('was canceled', async () => {
    const before = await ready(world);
    await cancelDispatch(world.ports, before, 'requested');
    expect(await notYet(before.id)).toEqual(['credits', 'The dispatch was canceled before it came so far (requested)']);
    const held = await sending(world, recipientsOf(1), { schedule: { atMs: at('12:00:00') } });
    await cancelDispatch(world.ports, held, 'requested');
    await finish();
    expect(await notYet(held.id)).toEqual([
      'sender_number',
      'The dispatch was canceled before it came so far (requested)',
    ]);
  });

  it('is being sent', async () => {
    const { id } = await sending(world);
    const { submit } = world.carrier;
    let during: readonly (string | undefined)[] = [];
    world.carrier.submit = async (batch) => {
      during = await notYet(id);
      return submit(batch);
    };
    await finish();
    expect(during).toEqual(['sender_number', 'It is being sent right now']);
  });
});

it('a decision that the rules would not make again is told, and shown as it was made', async () => {
  await says(0, { optedOut: true });
  const { id } = await ready(world, recipientsOf(1), campaign);
  const history = world.permissions.changesUntil;
  world.permissions.changesUntil = async () => ({ entries: [], complete: true });
  await expect(explained(world, id)).rejects.toThrow('the rules would decide otherwise than they did');
  world.permissions.changesUntil = async (...args) => ({ ...(await history(...args)), entries: [], complete: false });
  expect(await decision(id)).toMatchObject({ reason: 'opted_out', record: { said: 'unknown' } });
});
