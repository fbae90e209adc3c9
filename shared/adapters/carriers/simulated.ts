import type { Carrier, CarrierBatch, MessageReport, SubmitOutcome } from '../../domain/carriers/carrier.ts';
import { fateOf } from '../../domain/carriers/magic-numbers.ts';

export interface SimulatedCarrierOptions {
  /** Epoch ms. */
  readonly now: () => number;
  /** A new id for each accepted call. */
  readonly newId: () => string;
}

/**
 * The carrier behind test keys: nothing leaves the process, and nothing is kept. What becomes of a message follows from
 * its number and the time it was accepted, so any process can report on any call.
 */
export function createSimulatedCarrier({ now, newId }: SimulatedCarrierOptions): Carrier {
  async function submit({ messages }: CarrierBatch): Promise<SubmitOutcome> {
    if (messages.every(({ to }) => fateOf(to).refused)) {
      return { kind: 'refused', code: 'invalid_number', carrierCode: 'invalid_number' };
    }
    return { kind: 'accepted', carrierId: newId() };
  }

  function reportOf(to: string, acceptedAtMs: number): MessageReport {
    const first = fateOf(to).reports.find(({ afterMs }) => acceptedAtMs + afterMs <= now());
    if (first === undefined) return { to, status: 'pending' };
    const { afterMs, ...said } = first;
    return { to, ...said, atMs: acceptedAtMs + afterMs };
  }

  return {
    name: 'simulated',
    submit,
    reports: async ({ acceptedAtMs }, receivers) => receivers.map((to) => reportOf(to, acceptedAtMs)),
    findCalls: async () => [], // its submits are never unclear, and it remembers none
  };
}
