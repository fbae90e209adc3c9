import type { DispatchId, OwnerId } from '../../../shared/contracts/ids.ts';
import { optOutMany } from '../../../shared/domain/permissions/opt-out-many.ts';
import type { PermissionChange } from '../../../shared/domain/permissions/permission.ts';
import type { Caller } from './caller.ts';
import type { FaultKind } from './faults.ts';
import { nextEvening, nextMorning } from './korea.ts';
import { isOf, type Wish } from './requests.ts';
import type { Standing } from './standings.ts';
import type { World } from './world.ts';

/** What somebody may say about advertising. */
const words = {
  opted_out: { optedOut: true },
  came_back: { optedOut: false },
  consented: { marketing: true },
  consent_refused: { marketing: false },
  consent_unknown: { marketing: null, night: null },
  night_allowed: { marketing: true, night: true },
  night_taken_back: { night: false },
} as const satisfies Partial<Record<FaultKind, Partial<Standing>>>;
type Word = keyof typeof words;

/** People who get messages: they opt out, come back, consent and take it back, whenever they like. */
export class People {
  readonly #world: World;
  readonly #caller: Caller;
  readonly #wishes: readonly Wish[];

  constructor(world: World, caller: Caller, wishes: readonly Wish[]) {
    this.#world = world;
    this.#caller = caller;
    this.#wishes = wishes;
  }

  /** What some of them said long before anybody wrote to them. */
  saidBefore({ owner, recipients }: Wish): void {
    const { random, ports, clock, standings } = this.#world;
    if (!this.#world.advertises && random.chance(0.8)) return;
    const night = random.chance(0.6) ? 0.6 : 0.1;
    for (const { to } of recipients) {
      if (!random.chance(0.7)) continue;
      const digits = digitsOf(to);
      const says = words[random.chance(night) ? 'night_allowed' : spoken[random.below(spoken.length)]!];
      standings.hear(owner, digits, says);
      void ports.permissions.change(owner, digits, { source: 'import', ...says }, clock.now());
    }
  }

  /** Some speak while nothing else happens: in the evening, at night, in the morning. */
  speakLater(): void {
    const { random, agenda, clock, rules, advertises } = this.#world;
    if (!advertises) return;
    const night = [...rules.values()][random.below(rules.size)]!.night;
    const [evening, morning] = [nextEvening(night, clock.now()), nextMorning(night, clock.now())];
    for (let n = random.below(6); n > 0; n--) {
      const near = random.chance(0.5) ? evening : morning;
      const within = random.chance(0.6)
        ? near - 60_000 + random.below(62_000)
        : clock.now() + random.below(12 * hourMs);
      agenda.at(Math.max(within, clock.now()), () => this.speak());
    }
  }

  /** One of those whom a dispatch is for says something in this very moment. */
  interfere(id: DispatchId): void {
    const { random, agenda, dispatches, faults } = this.#world;
    if (!faults.on || !random.chance(0.25)) return;
    const dispatch = dispatches.all.get(id);
    const wish = dispatch && this.#wishes.find((one) => isOf(dispatch, one));
    if (wish) agenda.in(random.below(150), () => this.speak(wish));
  }

  speak(wish = this.#wishes[this.#world.random.below(this.#wishes.length)]): void {
    const { random, faults } = this.#world;
    if (!wish) return;
    const word = spoken[random.below(spoken.length)]!;
    const { owner, recipients } = wish;
    const { to } = recipients[random.below(recipients.length)]!;
    const others = random.chance(0.1) ? recipients.map((one) => one.to) : [];
    const source = random.chance(0.5) ? 'api' : 'call';
    const says = words[word];
    this.#caller.call('person', async (ports) => {
      const since = this.#world.standings.moment;
      const nowMs = ports.time.now();
      if ('optedOut' in says) {
        await optOutMany(ports, owner, [to, ...others], { ...says, source }, nowMs);
      } else await ports.permissions.change(owner, digitsOf(to), { source, ...says } as PermissionChange, nowMs);
      faults.count(word);
      this.#kept(owner, to, word, since);
    });
  }

  /** Who was answered was heard, whatever they or others said since. */
  #kept(owner: OwnerId, to: string, word: Word, since: number): void {
    if (to.length < 9) return; // no number at all
    const said = Object.entries(words[word]) as [keyof Standing, boolean | null][];
    const kept = this.#world.standings.ever(owner, digitsOf(to), since, (one) =>
      said.every(([name, value]) => one[name] === value),
    );
    if (!kept) this.#world.breaks(`${to} was told that they ${word}, and nobody wrote it down`);
  }
}

const hourMs = 3_600_000;
/** Some things are said more often than others. */
const spoken: readonly Word[] = [
  ...(['opted_out', 'opted_out', 'opted_out', 'came_back', 'consented', 'consent_refused', 'consent_unknown'] as const),
  ...(['night_allowed', 'night_allowed', 'night_allowed', 'night_taken_back', 'night_taken_back'] as const),
];
const digitsOf = (to: string): string => `82${to.slice(1)}`;
