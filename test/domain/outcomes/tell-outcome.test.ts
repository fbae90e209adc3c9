import { describe, expect, test } from 'vitest';
import { newOutcome, type Outcome, outcomeTypes } from '../../../shared/domain/outcomes/outcome.ts';
import { outcomeMail } from '../../../shared/domain/outcomes/outcome-mail.ts';
import type { MailOutcome, MailText } from '../../../shared/domain/outcomes/ports.ts';
import { type TellOutcomePorts, tellOutcome } from '../../../shared/domain/outcomes/tell-outcome.ts';
import type { Tenant } from '../../../shared/domain/tenants/tenant.ts';
import { outcomeOf, outcomeStoreContract } from '../../support/contracts/outcome-store-contract.ts';
import { noonMs } from '../../support/contracts/samples.ts';
import { FakeOutcomes } from '../../support/fakes/outcomes.ts';

outcomeStoreContract(async () => {
  const store = new FakeOutcomes();
  return { store, put: (outcome) => store.put(outcome) };
});

/** A tenant with such addresses, a bus and a mail service that say what they are told to say. */
function world(notificationEmails: readonly string[] = ['a@shop.kr', 'b@shop.kr']) {
  const store = new FakeOutcomes();
  const clock = { nowMs: noonMs };
  const published: string[] = [];
  const mails: (MailText & { to: string; id: string })[] = [];
  const raised: string[] = [];
  const logged: unknown[] = [];
  const say = {
    bus: () => {},
    mail: (_to: string): MailOutcome => ({ kind: 'sent' }),
  };
  const ports: TellOutcomePorts = {
    outcomeStore: store,
    bus: {
      publish: async ({ id }) => {
        say.bus();
        published.push(id);
      },
    },
    mail: {
      send: async (to, text, id) => {
        const outcome = say.mail(to);
        if (outcome.kind === 'sent') mails.push({ ...text, to, id });
        return outcome;
      },
    },
    tenants: { find: async (id) => ({ id, name: 'Shop', notificationEmails }) as unknown as Tenant },
    time: { now: () => clock.nowMs },
    alarms: { raise: (alarm, facts) => raised.push(`${alarm} ${JSON.stringify(facts)}`) },
    log: { info: (...line) => logged.push(line), warn: (...line) => logged.push(line) },
  };
  return { store, clock, published, mails, raised, logged, say, ports };
}

async function waiting(over: Partial<Outcome> = {}, emails?: readonly string[]) {
  const all = world(emails);
  const outcome = outcomeOf(over);
  await all.store.put(outcome);
  return { ...all, outcome, tell: () => tellOutcome(all.ports, outcome.id) };
}

describe('an outcome', () => {
  test('is one event, and one mail to each address; told again, nothing more happens', async () => {
    const { outcome, tell, published, mails, store } = await waiting();
    await tell();
    await tell();
    expect(published).toEqual([outcome.id]);
    expect(mails.map(({ to, id }) => [to, id])).toEqual([
      ['a@shop.kr', outcome.id],
      ['b@shop.kr', outcome.id],
    ]);
    expect(store.kept.size).toBe(0);
  });

  test('that comes twice at once is told once', async () => {
    const { tell, published, mails } = await waiting();
    await Promise.all([tell(), tell(), tell()]);
    expect([published.length, mails.length]).toEqual([1, 2]);
  });

  test.each([
    ['no addresses', [], 0],
    ['one address twice', ['a@shop.kr', 'a@shop.kr'], 1],
  ] as const)('with %s is an event all the same', async (_, emails, count) => {
    const { tell, published, mails, store } = await waiting({}, emails);
    await tell();
    expect([published.length, mails.length, store.kept.size]).toEqual([1, count, 0]);
  });

  test('without an address to send from, or of a tenant that is no more, is an event all the same', async () => {
    for (const missing of [{ mail: null }, { tenants: { find: async () => null } }]) {
      const { outcome, ports, published, mails, store } = await waiting();
      await tellOutcome({ ...ports, ...missing }, outcome.id);
      expect([published.length, mails.length, store.kept.size]).toEqual([1, 0, 0]);
    }
  });

  test('a bad address keeps the others from nothing, and is not tried again', async () => {
    const { tell, say, mails, store, logged } = await waiting({}, ['bad@shop.kr', 'b@shop.kr']);
    say.mail = (to) => (to === 'bad@shop.kr' ? { kind: 'refused', reason: 'MessageRejected' } : { kind: 'sent' });
    await tell();
    expect(mails.map(({ to }) => to)).toEqual(['b@shop.kr']);
    expect(store.kept.size).toBe(0);
    expect(JSON.stringify(logged)).toContain('MessageRejected');
    expect(JSON.stringify(logged)).not.toContain('bad@');
  });

  test('that no address takes raises an alarm, once, and is over', async () => {
    const { tell, say, store, raised, published } = await waiting();
    say.mail = () => ({ kind: 'refused', reason: 'BadRequestException' });
    await tell();
    expect([published.length, store.kept.size]).toEqual([1, 0]);
    expect(raised).toEqual([expect.stringContaining('every address was refused')]);
    expect(raised.join()).not.toContain('shop.kr');
  });

  test.each([true, false])(
    'a mail that went before the process ended (%s) counts for whether anybody was reached',
    async (went) => {
      const { tell, say, store, clock, raised } = await waiting();
      say.mail = (to) => (went && to === 'a@shop.kr' ? { kind: 'sent' } : { kind: 'refused', reason: 'x' });
      const own = store.remove;
      Object.assign(store, { remove: () => Promise.reject(new Error('The process ends here')) });
      await expect(tell()).rejects.toThrow('ends here');
      Object.assign(store, { remove: own });
      raised.length = 0;
      clock.nowMs += 120_000;
      await tell();
      expect([store.kept.size, raised.length]).toEqual([0, went ? 0 : 1]);
    },
  );

  test('an event that the bus does not take is kept for as long as that lasts, and said so; mails end after three days', async () => {
    const { tell, say, store, clock, raised, published, mails, outcome } = await waiting();
    say.bus = () => {
      throw new Error('down');
    };
    let asked = 0;
    say.mail = (to) => {
      asked++;
      return to === 'a@shop.kr' ? { kind: 'sent' } : { kind: 'later', reason: 'SendingPausedException' };
    };
    let lateTries = 0;
    while (clock.nowMs < noonMs + 200 * 3_600_000) {
      const [before, isLate] = [asked, clock.nowMs - noonMs > 72 * 3_600_000];
      raised.length = 0;
      await tell();
      if (isLate) {
        lateTries++;
        expect([asked - before, raised.length]).toEqual([0, 1]);
      }
      clock.nowMs = store.kept.get(outcome.id)!.claimedUntilMs;
    }
    expect(lateTries).toBeGreaterThan(100);
    say.bus = () => {};
    await tell();
    expect([published.length, mails.length, store.kept.size]).toEqual([1, 1, 0]);
  });

  test('what does not go now goes later, and only that', async () => {
    const { tell, say, mails, published, clock, store } = await waiting();
    say.mail = (to) => (to === 'a@shop.kr' ? { kind: 'later', reason: 'TooManyRequestsException' } : { kind: 'sent' });
    await tell();
    expect(mails.map(({ to }) => to)).toEqual(['b@shop.kr']);
    say.mail = () => ({ kind: 'sent' });
    await tell();
    expect(mails).toHaveLength(1);
    clock.nowMs += 60_000;
    await tell();
    expect(mails.map(({ to }) => to)).toEqual(['b@shop.kr', 'a@shop.kr']);
    expect([published.length, store.kept.size]).toEqual([1, 0]);
  });

  test('a bus that is down holds up no mail, and gets its event when it is back', async () => {
    const { tell, say, mails, published, clock, store } = await waiting();
    say.bus = () => {
      throw new Error('down');
    };
    await tell();
    expect([published.length, mails.length, store.kept.size]).toEqual([0, 2, 1]);
    say.bus = () => {};
    clock.nowMs += 60_000;
    await tell();
    expect([published.length, mails.length, store.kept.size]).toEqual([1, 2, 0]);
  });

  test.each(['published', 'settled', 'remove', 'later'] as const)(
    'a process that ends before it could note %s repeats that one step at most, once its claim is over',
    async (step) => {
      const { tell, say, store, clock, published, mails } = await waiting();
      if (step === 'later') say.mail = () => ({ kind: 'later', reason: 'x' });
      const own = store[step];
      Object.assign(store, { [step]: () => Promise.reject(new Error('The process ends here')) });
      await expect(tell()).rejects.toThrow('ends here');
      Object.assign(store, { [step]: own });
      say.mail = () => ({ kind: 'sent' });
      await tell();
      expect(store.kept.size).toBe(1);
      clock.nowMs += 120_000;
      await tell();
      expect(store.kept.size).toBe(0);
      expect(published).toHaveLength(step === 'published' ? 2 : 1);
      expect(mails).toHaveLength(step === 'settled' ? 3 : 2);
    },
  );

  test('is tried at growing distances for three days; somebody hears of it early, and at the end', async () => {
    const { tell, say, store, clock, raised, outcome } = await waiting();
    say.mail = () => ({ kind: 'later', reason: 'SendingPausedException' });
    const waits: number[] = [];
    let atMs = clock.nowMs;
    while (store.kept.size > 0) {
      await tell();
      const next = store.kept.get(outcome.id)?.claimedUntilMs;
      if (next === undefined) break;
      waits.push((next - atMs) / 60_000);
      clock.nowMs = next;
      atMs = next;
    }
    expect(waits.slice(0, 9)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    const hours = (clock.nowMs - noonMs) / 3_600_000;
    expect(hours).toBeGreaterThan(72);
    expect(hours).toBeLessThan(74);
    expect(raised).toHaveLength(2);
    expect(raised[0]).toContain('"tries":5');
    expect(raised.join()).toContain('SendingPausedException');
    expect(raised.join()).not.toContain('shop.kr');
  });
});

describe('the mail', () => {
  test.each(outcomeTypes)('about %s says it in both languages, with the reason, and no whole number', (type) => {
    const facts = { number: '010-1234-5678', reason: 'Call 02-987-6543\r\nBcc: x@y.kr' };
    const outcome = newOutcome(outcomeOf({ type, facts }));
    const { subject, text } = outcomeMail(outcome, 'Shop\r\nBcc: all@shop.kr');
    const [korean, english] = subject.split(' / ');
    expect(korean).toMatch(/^\[Bongsu\] .*[가-힣]/);
    expect(english).toMatch(/^[A-Z][a-z]/);
    expect(subject).not.toMatch(/[\r\n]/);
    expect(text).not.toMatch(/\{|\r|\nBcc/);
    expect(text).not.toMatch(/\d{3}-?\d{4}-?\d{4}|987/);
    const [says] = type.startsWith('sender_number') ? ['010****5678'] : [''];
    expect(text.split(says!).length - 1).toBeGreaterThanOrEqual(says === '' ? 0 : 2);
    if (/rejected|blocked/.test(type)) expect(text.match(/Call 02\*\*\*\*\*43 Bcc/g)).toHaveLength(2);
    expect(text).toContain(outcome.id);
  });

  test('leaves out a line of which it does not know the fact', () => {
    const { text } = outcomeMail(outcomeOf({ type: 'identity.rejected', facts: {} }), 'Shop');
    expect(text).not.toMatch(/사유|Reason|undefined/);
  });
});
