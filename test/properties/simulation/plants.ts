import type { Batch } from '../../../shared/domain/dispatches/batch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import type { Plant } from './runner.ts';

/**
 * Faults as somebody might build them in, each over ports that are right. The simulation is worth what it notices: for
 * each of them a test says that it does.
 */

/** A port with some of its calls replaced. */
export const instead = <P extends object>(port: P, calls: Partial<P>): P =>
  new Proxy(port, { get: (target, key) => Reflect.get(calls, key) ?? Reflect.get(target, key, target) });

/** A batch is written whatever its version is by now: two workers claim it. */
export const claimsWithoutCondition: Plant = (ports, { batches }) => ({
  ...ports,
  batches: instead(ports.batches, {
    change: async (id, attempt, before, after) => {
      const stored = (await batches.read(id, attempt, before.n)) ?? before;
      return ports.batches.change(id, attempt, { ...before, version: stored.version }, after);
    },
  }),
});

/** A fold is written although the dispatch has moved since it was read. */
export const foldsWithoutVersion: Plant = (ports, { dispatches }) => ({
  ...ports,
  dispatches: instead(ports.dispatches, {
    fold: async (before, ...rest) => {
      const stored = (await dispatches.read(before.id)) ?? before;
      return ports.dispatches.fold({ ...before, version: stored.version }, ...rest);
    },
  }),
});

/** The pages of a fold are read before the dispatch itself. */
export const pagesBeforeDispatch: Plant = (ports, { dispatches }) => {
  const pages = new Map<string, readonly Batch[]>();
  return {
    ...ports,
    dispatches: instead(ports.dispatches, {
      read: async (id) => {
        const attempt = (await dispatches.read(id))?.prepared?.attempt;
        if (attempt) pages.set(id, await ports.batches.all(id, attempt));
        return ports.dispatches.read(id);
      },
    }),
    batches: instead(ports.batches, {
      all: async (id, attempt) => pages.get(id) ?? ports.batches.all(id, attempt),
    }),
  };
};

/** The carrier's client tries once more when it got no answer. */
export const carrierClientRetries: Plant = (ports) => ({
  ...ports,
  carriers: instead(ports.carriers, {
    of: (owner) => {
      const carrier = ports.carriers.of(owner);
      return instead(carrier, {
        submit: async (batch) => {
          const outcome = await carrier.submit(batch);
          return outcome.kind === 'unclear' ? carrier.submit(batch) : outcome;
        },
      });
    },
  }),
});

/** A batch whose submit nobody came back from is taken for one that was never begun. */
export const submitsAgainAfterDeadline: Plant = (ports) => {
  const asPlanned = (batch: Batch): Batch =>
    batch.state === 'submitting' && batch.leaseUntilMs <= ports.time.now() ? { ...batch, state: 'planned' } : batch;
  return {
    ...ports,
    batches: instead(ports.batches, {
      read: async (...which) => {
        const batch = await ports.batches.read(...which);
        return batch && asPlanned(batch);
      },
      all: async (...which) => (await ports.batches.all(...which)).map(asPlanned),
    }),
  };
};

/** A schedule that fires counts, whatever revision it was made for and whatever the dispatch says of its times. */
export const oldSchedulesCount: Plant = (ports, { dispatches }, { name, bodies }) => {
  if (!name.startsWith('wave') && !name.startsWith('send')) return ports;
  const [body] = bodies as readonly { readonly revision?: number }[];
  const asTold = (dispatch: Dispatch): Dispatch => ({
    ...dispatch,
    revision: body?.revision ?? dispatch.revision,
    firstWaveAtMs: Math.min(dispatch.firstWaveAtMs ?? 0, ports.time.now()),
  });
  return {
    ...ports,
    dispatches: instead(ports.dispatches, {
      read: async (id) => {
        const dispatch = await ports.dispatches.read(id);
        return dispatch && asTold(dispatch);
      },
      move: async (before, move, after) => {
        const { revision, firstWaveAtMs } = (await dispatches.read(before.id)) ?? before;
        return ports.dispatches.move(before, move, { ...after, revision, firstWaveAtMs });
      },
    }),
  };
};

/** A send goes on with what credits there are. */
export const holdsWhatIsThere: Plant = (ports, { credits }) => ({
  ...ports,
  dispatches: instead(ports.dispatches, {
    start: async (before, after, quantity, record) =>
      ports.dispatches.start(before, after, Math.min(quantity, credits.balanceOf(after.owner).available), record),
  }),
  balances: instead(ports.balances, {
    read: async (owner) => ({ ...(await ports.balances.read(owner)), available: 1_000 }),
  }),
});

/** Nobody asks whether the tenant may send. */
export const neverSuspended: Plant = (ports) => ({
  ...ports,
  tenants: instead(ports.tenants, { isSuspended: async () => false }),
});

/** Nobody asks whether the number may still be sent from. */
export const alwaysApproved: Plant = (ports) => ({
  ...ports,
  tenants: instead(ports.tenants, { isApprovedSender: async () => true }),
});

/** Nobody waits for room in the carrier's account. */
export const neverWaitsForRoom: Plant = (ports) => ({
  ...ports,
  carriers: instead(ports.carriers, { messagesPerSecond: () => null }),
});

/** Messages are claimed by who claimed the batch, and no batch by that number is ever found. */
export const claimsAsAnother: Plant = (ports) => ({
  ...ports,
  fingerprints: instead(ports.fingerprints, {
    claim: (owner, fingerprint, claim, over) =>
      ports.fingerprints.claim(owner, fingerprint, { ...claim, batch: 1_000_000 * claim.claim + claim.batch }, over),
  }),
});

/** The carrier asks for peace, and only who was told keeps it. */
export const tellsNobodyToPause: Plant = (ports) => ({
  ...ports,
  accounts: instead(ports.accounts, { pause: async () => {} }),
});

/** A send whose key was used is done again. */
export const forgetsKeys: Plant = (ports) => ({
  ...ports,
  dispatches: instead(ports.dispatches, {
    create: (dispatch) => ports.dispatches.create(dispatch, null),
    start: (before, after, quantity) => ports.dispatches.start(before, after, quantity, null),
  }),
});

/** Nothing is ever looked after: what a crash leaves behind stays behind. */
export const neverSwept: Plant = (ports, _world, { name }) =>
  name.startsWith('sweep') ? { ...ports, dispatches: instead(ports.dispatches, { read: async () => null }) } : ports;
