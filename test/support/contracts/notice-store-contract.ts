import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { DueQuery, NoticeStore, Round, ToldNotice } from '../../../shared/domain/notices/ports.ts';
import { dueOf, type NoticeKind, noticeKinds } from '../../../shared/domain/permissions/due.ts';
import type { PermissionStore } from '../../../shared/domain/permissions/ports.ts';
import { newDispatchId, newOwner, noonMs } from './samples.ts';

const numbers = ['821020000001', '821020000002', '821020000003', '821020000004'] as const;
const [first, second, third] = numbers;
const minute = 60_000;
const dayMs = 86_400_000;
const everything: DueQuery = { fromMs: 0, untilMs: noonMs + 4_000 * dayMs, after: null, limit: 100 };

export interface NoticeStores {
  readonly permissions: PermissionStore;
  readonly notices: NoticeStore;
}

/** What every store of notices must do, over the permissions that they follow from. `open` may answer the same stores. */
export function noticeStoreContract(open: () => Promise<NoticeStores>, runs: number): void {
  const begin = async () => ({ ...(await open()), owner: newOwner() });
  const dueIn = async (notices: NoticeStore, owner: OwnerId, kind: NoticeKind, query: Partial<DueQuery> = {}) =>
    (await notices.due(owner, kind, { ...everything, ...query })).items.map((one) => dueOf(kind, one)!);
  const told = (over: Partial<ToldNotice> = {}): ToldNotice => ({
    kind: 'result_notice',
    digits: first,
    fact: 'opted_out',
    saidAtMs: noonMs,
    dueAtMs: noonMs + 14 * dayMs,
    text: '보내지 않습니다.',
    dispatchId: newDispatchId(),
    atMs: noonMs + minute,
    ...over,
  });
  const out = { source: 'api', optedOut: true } as const;

  describe('who has to be told', () => {
    test('is nobody before anybody said anything, and nobody of another owner', async () => {
      const { permissions, notices, owner } = await begin();
      await permissions.change(owner, first, { source: 'api', marketing: true }, noonMs);
      for (const kind of noticeKinds) {
        expect(await notices.due(newOwner(), kind, everything)).toEqual({ items: [], next: null });
        expect(await dueIn(notices, owner, kind)).toHaveLength(1);
        expect(await notices.told(owner, kind, everything)).toEqual({ items: [], next: null });
      }
    });

    test('is in order of due time, page by page, from a time on and up to another', async () => {
      const { permissions, notices, owner } = await begin();
      for (const [n, digits] of [third, first, second].entries()) {
        const change = { source: 'api', marketing: true, consentAtMs: noonMs + n * minute } as const;
        await permissions.change(owner, digits, change, noonMs + dayMs);
      }
      for (const kind of noticeKinds) {
        const all = await dueIn(notices, owner, kind);
        expect(all.map(({ digits }) => digits)).toEqual([third, first, second]);
        const found: string[] = [];
        let pages = 0;
        for (let after: string | null = null; pages === 0 || after !== null; pages++) {
          const page = await notices.due(owner, kind, { ...everything, limit: 1, after });
          found.push(...page.items.map(({ digits }) => digits));
          after = page.next;
        }
        expect([found, pages]).toEqual([[third, first, second], 3]);
        const middle = all[1]!.dueAtMs;
        expect(await dueIn(notices, owner, kind, { fromMs: middle, untilMs: middle + 1 })).toEqual([all[1]]);
        expect(await dueIn(notices, owner, kind, { fromMs: middle + 1 })).toEqual([all[2]]);
        expect(await dueIn(notices, owner, kind, { untilMs: middle })).toEqual([all[0]]);
        expect(await dueIn(notices, owner, kind, { fromMs: middle, untilMs: middle })).toEqual([]);
      }
    });

    test('is who said it last only, of what was said last', async () => {
      const { permissions, notices, owner } = await begin();
      await permissions.change(owner, first, { source: 'api', marketing: true }, noonMs);
      await permissions.change(owner, first, out, noonMs + minute);
      expect(await dueIn(notices, owner, 'result_notice')).toEqual([
        dueOf('result_notice', (await permissions.readMany(owner, [first])).get(first)!),
      ]);
      expect(await dueIn(notices, owner, 'reconfirmation')).toEqual([]);
    });
  });

  describe('a notice that was told', () => {
    test('is due no more, and kept as proof, also when it is told again', async () => {
      const { permissions, notices, owner } = await begin();
      await permissions.change(owner, first, out, noonMs);
      const notice = told();
      for (let times = 0; times < 2; times++) {
        await notices.tell(owner, notice);
        expect(await dueIn(notices, owner, 'result_notice')).toEqual([]);
        expect(await notices.told(owner, 'result_notice', everything)).toEqual({ items: [notice], next: null });
        expect((await permissions.readMany(owner, [first])).get(first)?.version).toBe(2);
      }
      expect(await notices.told(owner, 'reconfirmation', everything)).toEqual({ items: [], next: null });
      expect(await notices.told(newOwner(), 'result_notice', everything)).toEqual({ items: [], next: null });
      // Everything else is as it was, and goes on from there
      const back = await permissions.change(owner, first, { source: 'api', optedOut: false }, noonMs + 5);
      expect(back).toMatchObject({ optedOutAtMs: null, said: { fact: 'returned', told: null }, version: 3 });
      expect(await dueIn(notices, owner, 'result_notice')).toHaveLength(1);
      expect(await permissions.history(owner, first)).toHaveLength(2);
    });

    test('moves a reconfirmation two years on', async () => {
      const { permissions, notices, owner } = await begin();
      await permissions.change(owner, first, { source: 'api', marketing: true }, noonMs);
      const [due] = await dueIn(notices, owner, 'reconfirmation');
      const notice = told({ ...due!, text: '확인', atMs: due!.dueAtMs - dayMs });
      await notices.tell(owner, notice);
      const [next, ...rest] = await dueIn(notices, owner, 'reconfirmation');
      expect(rest).toEqual([]);
      expect(next!.dueAtMs - notice.atMs).toBeGreaterThanOrEqual(730 * dayMs);
      expect((await notices.told(owner, 'reconfirmation', everything)).items).toEqual([notice]);
      const consented: string[] = [];
      for await (const digits of permissions.consented(owner)) consented.push(digits);
      expect(consented).toEqual([first]);
    });

    test('leaves what was said meanwhile to be told', async () => {
      const { permissions, notices, owner } = await begin();
      await permissions.change(owner, first, out, noonMs);
      await permissions.change(owner, first, { source: 'api', optedOut: false }, noonMs + minute);
      await notices.tell(owner, told());
      expect(await dueIn(notices, owner, 'result_notice')).toMatchObject([{ fact: 'returned' }]);
      expect((await notices.told(owner, 'result_notice', everything)).items).toHaveLength(1);
      await notices.tell(owner, told({ digits: second }));
      expect(await permissions.readMany(owner, [second])).toEqual(new Map());
    });

    test('is told while others change the same person, and nothing of either is lost', async () => {
      const { permissions, notices, owner } = await begin();
      await permissions.change(owner, first, out, noonMs);
      const changes = Array.from({ length: 6 }, (_, n) => ({ source: 'api', evidence: `letter ${n}` }) as const);
      await Promise.all([
        ...changes.map((change) => permissions.change(owner, first, change, noonMs + 1)),
        ...[told(), told(), told()].map((notice) => notices.tell(owner, notice)),
      ]);
      expect(await dueIn(notices, owner, 'result_notice')).toEqual([]);
      expect(await permissions.history(owner, first)).toHaveLength(7);
      expect((await notices.told(owner, 'result_notice', everything)).items).toHaveLength(3);
    });
  });

  describe('a round', () => {
    const round = (over: Partial<Round> = {}): Round => ({
      dispatchId: newDispatchId(),
      kind: 'result_notice',
      untilMs: noonMs,
      made: false,
      ...over,
    });

    test('is one at a time', async () => {
      const { notices, owner } = await begin();
      expect(await notices.round(owner)).toBeNull();
      const many = Array.from({ length: 8 }, () => round());
      const begun = await Promise.all(many.map((one) => notices.begin(owner, null, one)));
      expect(begun.filter((is) => is)).toHaveLength(1);
      expect(await notices.round(owner)).toEqual(many[begun.indexOf(true)]);
      expect(await notices.begin(newOwner(), null, round())).toBe(true);
    });

    test('is taken over and ended only as it was seen', async () => {
      const { notices, owner } = await begin();
      const [one, two, three] = [round(), round(), round()];
      await notices.begin(owner, null, one);
      await notices.end(owner, { ...one, made: true });
      expect(await notices.begin(owner, { ...one, made: true }, two)).toBe(false);
      expect(await notices.begin(owner, one, two)).toBe(true);
      expect(await notices.begin(owner, one, three)).toBe(false);
      await notices.end(owner, one);
      expect(await notices.round(owner)).toEqual(two);
      await notices.end(owner, two);
      await notices.end(owner, two);
      expect(await notices.round(owner)).toBeNull();
    });
  });

  test('after any history, those are due whom a plain model says', async () => {
    const { permissions, notices } = await open();
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 25 }), async (events) => {
        const owner = newOwner();
        const model = new PlainModel();
        for (const [n, one] of events.entries()) {
          const atMs = noonMs + n * minute;
          const digits = numbers[one.who]!;
          if ('tell' in one) {
            for (const due of model.dueOf(digits, one.tell)) {
              const [kind, fact, saidAtMs, dueAtMs] = due;
              await notices.tell(owner, told({ kind, digits, fact: fact as 'consented', saidAtMs, dueAtMs, atMs }));
            }
            model.tell(digits, one.tell, atMs);
          } else {
            const { daysAgo, ...change } = one.change;
            const consentAtMs = daysAgo === undefined ? undefined : atMs - daysAgo * dayMs;
            await permissions.change(owner, digits, { source: 'api', ...change, consentAtMs }, atMs);
            model.say(digits, change, consentAtMs, atMs);
          }
        }
        for (const kind of noticeKinds) {
          const found = (await dueIn(notices, owner, kind)).map((due) => [
            due.digits,
            due.fact,
            due.saidAtMs,
            due.dueAtMs,
          ]);
          const wanted = numbers.flatMap((digits) => model.dueOf(digits, kind).map(([, ...rest]) => [digits, ...rest]));
          expect(found.sort()).toEqual(wanted.sort());
        }
      }),
      { numRuns: runs },
    );
  });
}

const said = fc.option(fc.constantFrom(true, false, null), { nil: undefined });
const event = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      who: fc.nat(3),
      change: fc.record({
        optedOut: fc.option(fc.boolean(), { nil: undefined }),
        marketing: said,
        night: said,
        daysAgo: fc.option(fc.nat(1_500), { nil: undefined }),
        evidence: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
      }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ who: fc.nat(3), tell: fc.constantFrom(...noticeKinds) }) },
);

type Words = {
  optedOut?: boolean | undefined;
  marketing?: boolean | null | undefined;
  night?: boolean | null | undefined;
};
type Told = [kind: NoticeKind, fact: string, saidAtMs: number, dueAtMs: number];

/** The same rules, told another way: as what follows from each thing that is said. */
class PlainModel {
  readonly #people = new Map<string, Person>();

  say(digits: string, { optedOut, marketing, night }: Words, consentAtMs: number | undefined, atMs: number): void {
    const one = this.#people.get(digits) ?? newPerson();
    this.#people.set(digits, one);
    const words: [fact: string, saidAtMs: number][] = [];
    if (night !== undefined) {
      const fact = this.#consent(one.night, night, consentAtMs, atMs);
      if (fact) words.push([`night_${fact}`, one.night.atMs]);
    }
    if (optedOut === false && one.isOut) words.push(['returned', atMs]);
    if (marketing !== undefined) {
      const fact = this.#consent(one.marketing, marketing, consentAtMs, atMs);
      if (fact) words.push([fact, one.marketing.atMs]);
    }
    if (optedOut === true && !one.isOut) words.push(['opted_out', atMs]);
    if (optedOut !== undefined) one.isOut = optedOut;
    const [last] = words.slice(-1);
    if (last) one.pending = last;
    else if (one.pending && /^(consented|refused|withdrew)$/.test(one.pending[0]) && one.marketing.value === null)
      one.pending = null;
    else if (one.pending?.[0].startsWith('night_') && one.night.value === null) one.pending = null;
    if (one.marketing.value !== true) one.confirmedAtMs = 0;
  }

  /** What was said by it, if that was news. */
  #consent(consent: Consent, value: boolean | null, consentAtMs: number | undefined, atMs: number): string | null {
    const was = { ...consent };
    consent.value = value;
    consent.atMs = consentAtMs ?? (value === was.value ? was.atMs : atMs);
    if (value === null || (value === was.value && consent.atMs === was.atMs)) return null;
    return value ? 'consented' : was.value === true ? 'withdrew' : 'refused';
  }

  tell(digits: string, kind: NoticeKind, atMs: number): void {
    const one = this.#people.get(digits);
    if (!one || this.dueOf(digits, kind).length === 0) return;
    if (kind === 'result_notice') one.pending = null;
    else one.confirmedAtMs = atMs;
  }

  dueOf(digits: string, kind: NoticeKind): Told[] {
    const one = this.#people.get(digits);
    if (!one) return [];
    if (kind === 'result_notice') {
      return one.pending ? [[kind, ...one.pending, one.pending[1] + 14 * dayMs]] : [];
    }
    if (one.isOut || one.marketing.value !== true) return [];
    const since = new Date(Math.max(one.marketing.atMs, one.confirmedAtMs) + 9 * 3_600_000);
    const [year, month, day] = [since.getUTCFullYear() + 2, since.getUTCMonth(), since.getUTCDate()];
    const isLeapDay = month === 1 && day === 29;
    const midnight = Date.UTC(year, month, isLeapDay ? 28 : day) - 9 * 3_600_000;
    return [[kind, 'consented', one.marketing.atMs, midnight + (since.getTime() % dayMs)]];
  }
}

interface Consent {
  value: boolean | null;
  atMs: number;
}
interface Person {
  isOut: boolean;
  readonly marketing: Consent;
  readonly night: Consent;
  pending: [fact: string, saidAtMs: number] | null;
  confirmedAtMs: number;
}
const newPerson = (): Person => ({
  isOut: false,
  marketing: { value: null, atMs: 0 },
  night: { value: null, atMs: 0 },
  pending: null,
  confirmedAtMs: 0,
});
