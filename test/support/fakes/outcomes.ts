import type { EventId } from '../../../shared/contracts/ids.ts';
import type { Outcome } from '../../../shared/domain/outcomes/outcome.ts';
import type { OutcomeStore, WaitingOutcome } from '../../../shared/domain/outcomes/ports.ts';

interface Kept extends WaitingOutcome {
  readonly claimedUntilMs: number;
}

/** Outcomes in memory, as the table keeps them. */
export class FakeOutcomes implements OutcomeStore {
  readonly kept = new Map<EventId, Kept>();

  async put(outcome: Outcome): Promise<void> {
    const fresh = { isPublished: false, settledAddresses: [], isMailed: false, tries: 0, claimedUntilMs: 0 };
    this.kept.set(outcome.id, { ...outcome, ...fresh });
  }

  async claim(id: EventId, nowMs: number, untilMs: number) {
    const found = this.kept.get(id);
    if (!found || found.claimedUntilMs > nowMs) return null;
    this.#change(id, { tries: found.tries + 1, claimedUntilMs: untilMs });
    const { claimedUntilMs: _, ...waiting } = this.kept.get(id)!;
    return waiting;
  }

  async published(id: EventId): Promise<void> {
    this.#change(id, { isPublished: true });
  }

  async settled(id: EventId, address: string, isSent: boolean): Promise<void> {
    const settledAddresses = [...new Set([...(this.kept.get(id)?.settledAddresses ?? []), address])].sort();
    this.#change(id, { settledAddresses, ...(isSent ? { isMailed: true } : {}) });
  }

  async later(id: EventId, atMs: number): Promise<void> {
    this.#change(id, { claimedUntilMs: atMs });
  }

  async remove(id: EventId): Promise<void> {
    this.kept.delete(id);
  }

  #change(id: EventId, change: Partial<Kept>): void {
    const found = this.kept.get(id);
    if (found) this.kept.set(id, { ...found, ...change });
  }
}
