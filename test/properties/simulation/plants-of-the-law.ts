import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { type Permission, permissionAfter } from '../../../shared/domain/permissions/permission.ts';
import { instead } from './plants.ts';
import type { Plant } from './runner.ts';
import type { Ports } from './world.ts';

/** Faults about what may be said to whom and when. */

/** Whoever sends a batch reads a dispatch that is a little other than it is. */
const readsAs =
  (change: (dispatch: Dispatch) => Dispatch, mayRead: (name: string) => boolean = isSender): Plant =>
  (ports, _world, { name }) => {
    if (!mayRead(name)) return ports;
    const read: Ports['dispatches']['read'] = async (id) => {
      const dispatch = await ports.dispatches.read(id);
      return dispatch && change(dispatch);
    };
    return { ...ports, dispatches: instead(ports.dispatches, { read }) };
  };

/** A worker of the send queue; a customer's call is named alike, and reads a dispatch to write it. */
const isSender = (name: string): boolean => /^send\d+$/u.test(name);

/** Nobody looks at the clock any more once an advertisement is queued. */
export const neverLooksAtTheClock: Plant = readsAs((dispatch) => ({ ...dispatch, night: null }));

const everyWindow = (
  { night, ...dispatch }: Dispatch,
  change: (minutes: { startMinute: number; endMinute: number }) => { startMinute: number; endMinute: number },
): Dispatch => {
  const windows = Object.entries(night?.windows ?? {}).map(([zone, window]) => [zone, change(window)] as const);
  return { ...dispatch, night: night && { ...night, windows: Object.fromEntries(windows) } };
};

/** The night begins when it begins, and not a minute before. */
export const closesOnTime: Plant = readsAs((dispatch) =>
  everyWindow(dispatch, (window) => ({ ...window, startMinute: window.startMinute + 1 })),
);

/** The night of the law counts, the tenant's wider one does not. */
export const onlyTheLaw: Plant = readsAs((dispatch) =>
  everyWindow(dispatch, () => ({ startMinute: 21 * 60, endMinute: 8 * 60 })),
);

/** Hours are read from a clock that shows Greenwich's. */
export const greenwichHours: Plant = readsAs((dispatch) =>
  everyWindow(dispatch, ({ startMinute, endMinute }) => ({
    startMinute: (startMinute + 9 * 60) % 1_440,
    endMinute: (endMinute + 9 * 60) % 1_440,
  })),
);

/** What waits for the morning is skipped instead. */
export const skipsInsteadOfWaiting: Plant = readsAs((dispatch) => ({
  ...dispatch,
  night: dispatch.night && { ...dispatch.night, policy: 'fail' },
}));

/** What a campaign sends counts as advertising when it is prepared, and no longer when it is sent. */
export const campaignsAreNews: Plant = readsAs((dispatch) => ({ ...dispatch, campaignId: null }));

/** Advertisements are sent as they were written, without what was added. */
export const forgetsToAddParts: Plant = readsAs((dispatch) => ({
  ...dispatch,
  message: { ...dispatch.message, advertisement: null },
}));

/** Permissions as a worker would read them. */
const readsPermissions =
  (change: (permission: Permission | null, digits: string) => Permission | null): Plant =>
  (ports, _world, { name }) => {
    if (!isSender(name)) return ports;
    const readMany: Ports['permissions']['readMany'] = async (owner, digits) => {
      const known = await ports.permissions.readMany(owner, digits);
      const changed = digits.flatMap((one) => {
        const permission = change(known.get(one) ?? null, one);
        return permission ? [[one, permission] as const] : [];
      });
      return new Map(changed);
    };
    return { ...ports, permissions: instead(ports.permissions, { readMany }) };
  };

/** Permissions are asked when a list is prepared, and never again. */
export const asksOnlyOnce: Plant = readsPermissions(() => null);

/** Whoever refused nothing is taken to want advertising at any hour. */
export const everybodyIsAwake: Plant = readsPermissions((permission, digits) => {
  const { optedOutAtMs = null, marketing = null } = permission ?? {};
  if (optedOutAtMs !== null || marketing === false) return permission;
  return permissionAfter(permission, digits, { source: 'api', marketing: true, night: true }, 0);
});

/** A consent to the night counts for itself, even if advertising as a whole was refused or never allowed. */
export const nightAlone: Plant = readsPermissions(
  (permission) => permission && (permission.night ? { ...permission, marketing: true } : permission),
);

/** Nobody's consent to the night counts when it matters. */
export const nobodyIsAwake: Plant = readsPermissions((permission) => permission && { ...permission, night: null });

/** Permissions are read with the rows of a batch, before it is submitting. */
export const asksTooEarly: Plant = (ports, { dispatches, permissions }, { name }) => {
  if (!isSender(name)) return ports;
  let early: Awaited<ReturnType<Ports['permissions']['readMany']>> | null = null;
  return {
    ...ports,
    rows: instead(ports.rows, {
      rowsOf: async (dispatch, batch) => {
        const rows = await ports.rows.rowsOf(dispatch, batch);
        const { owner } = dispatches.all.get(dispatch.id) ?? dispatch;
        early = await permissions.readMany(
          owner,
          rows.map(([, digits]) => digits),
        );
        return rows;
      },
    }),
    permissions: instead(ports.permissions, {
      readMany: async (...asked) => early ?? ports.permissions.readMany(...asked),
    }),
  };
};

/** Who said something is answered at once, and it is kept when there is time. */
export const answersFirst: Plant = (ports, { permissions, agenda }) => ({
  ...ports,
  permissions: instead(ports.permissions, {
    change: async (owner, digits, change, atMs) => {
      agenda.in(2_000, () => permissions.change(owner, digits, change, atMs));
      const [known = null] = (await permissions.readMany(owner, [digits])).values();
      return permissionAfter(known, digits, change, atMs);
    },
  }),
});

/** Nobody asks whether an 080 number is still open. */
export const alwaysOpen: Plant = (ports) => ({
  ...ports,
  tenants: instead(ports.tenants, { isOpenOptOutNumber: async () => true }),
});

/** What is moved to another time is no advertisement any more. */
export const forgetsTheNight: Plant = (ports) => ({
  ...ports,
  dispatches: instead(ports.dispatches, {
    move: (before, move, after) =>
      ports.dispatches.move(before, move, move === 'reschedule' ? { ...after, night: null } : after),
  }),
});

/** In the morning nobody queues what waited for it. */
export const sleepsOn: Plant = (ports, { dispatches, batches }, { name }) => {
  if (!name.startsWith('sweep')) return ports;
  const waited = ({ dispatchId, batch: n }: { readonly dispatchId: Dispatch['id']; readonly batch: number }) =>
    dispatches.all.get(dispatchId)?.night?.policy === 'wait' &&
    batches.history.findLast(({ id, batch }) => id === dispatchId && batch.n === n)?.batch.state === 'planned';
  const send: Ports['queues']['send'] = (owner, messages, ...rest) =>
    ports.queues.send(
      owner,
      messages.filter((message) => !waited(message)),
      ...rest,
    );
  return { ...ports, queues: instead(ports.queues, { send }) };
};

/** Those who allowed the night are prepared among all others, and wait with them. */
export const mixesTheNight: Plant = (ports) => ({
  ...ports,
  batches: instead(ports.batches, {
    write: (id, attempt, batches, expiresAtMs) =>
      ports.batches.write(
        id,
        attempt,
        batches.map((batch) => ({ ...batch, night: false })),
        expiresAtMs,
      ),
  }),
});
