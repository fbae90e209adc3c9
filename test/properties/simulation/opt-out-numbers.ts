import { type OwnerId, tenantOf } from '../../../shared/contracts/ids.ts';
import type { FakeTenants } from '../../support/fakes/tenants.ts';
import { advertiser } from '../../support/fakes/world.ts';
import type { Standings } from './standings.ts';

/** The 080 numbers of everybody, and since when which of them is closed. */
export class OptOutNumbers {
  readonly #tenants: FakeTenants;
  readonly #standings: Standings;
  /** Of every number: when it was closed and opened again, as moments. */
  readonly #closings = new Map<string, { readonly from: number; until: number }[]>();
  readonly #ofOwner = new Map<OwnerId, string[]>();

  constructor(tenants: FakeTenants, standings: Standings) {
    this.#tenants = tenants;
    this.#standings = standings;
  }

  of(owner: OwnerId): readonly string[] {
    return this.#ofOwner.get(owner) ?? [];
  }

  open(owner: OwnerId, number: string): void {
    const last = this.#closings.get(number)?.at(-1);
    const isNew = !this.of(owner).includes(number);
    if (!isNew && (last === undefined || last.until !== Number.POSITIVE_INFINITY)) return;
    if (last) last.until = this.#standings.goOn();
    if (isNew) this.#ofOwner.set(owner, [...this.of(owner), number]);
    this.#tenants.openNumber(tenantOf(owner), number, advertiser);
  }

  close(owner: OwnerId, number: string): void {
    const closings = this.#closings.get(number) ?? [];
    if (closings.at(-1)?.until === Number.POSITIVE_INFINITY) return;
    this.#tenants.closeNumber(tenantOf(owner), number);
    this.#closings.set(number, [...closings, { from: this.#standings.goOn(), until: Number.POSITIVE_INFINITY }]);
  }

  /** Whether it was closed at any moment from then until now. */
  wasClosed(number: string, sinceMoment: number): boolean {
    return (this.#closings.get(number) ?? []).some(({ until }) => until > sinceMoment);
  }

  /** Whether it was closed then, and never opened since. */
  isClosedSince(number: string, moment: number): boolean {
    const last = this.#closings.get(number)?.at(-1);
    return last !== undefined && last.from <= moment && last.until === Number.POSITIVE_INFINITY;
  }
}
