import type { IdempotencyRecord } from '../../../shared/domain/idempotency/idempotency.ts';
import { noticesOf } from '../../../shared/domain/notices/notice-rows.ts';
import type { ToldNotice } from '../../../shared/domain/notices/ports.ts';
import {
  type NoticesRequest,
  type SendNoticesPorts,
  sendNotices,
} from '../../../shared/domain/notices/send-notices.ts';
import { dueOf, type NoticeKind, noticeKinds } from '../../../shared/domain/permissions/due.ts';
import type { PermissionChange } from '../../../shared/domain/permissions/permission.ts';
import { recordOf } from '../../support/fakes/sends.ts';
import { owner, sender, type World } from '../../support/fakes/world.ts';

/** People who said something, and what they were told. */

export const digitsOf = (i: number) => `8210${20_000_000 + i}`;
export const e164Of = (i: number) => `+${digitsOf(i)}`;

export const say = (world: World, i: number, change: Omit<PermissionChange, 'source'>) =>
  world.permissions.change(owner, digitsOf(i), { source: 'api', ...change }, world.clock.now());
export const optOut = (world: World, ...of: readonly number[]) =>
  Promise.all(of.map((i) => say(world, i, { optedOut: true })));

export const requestFor = (over: Partial<NoticesRequest> = {}): NoticesRequest => ({
  kind: 'result_notice',
  from: sender,
  numbers: null,
  schedule: null,
  ...over,
});

export const tell = (
  world: World,
  over: Partial<NoticesRequest> = {},
  ports: SendNoticesPorts = world.noticePorts,
  record: IdempotencyRecord | null = null,
) => sendNotices(ports, owner, requestFor(over), record && (() => record));

export const recordFor = (world: World, key: string): IdempotencyRecord => ({
  ...recordOf(key),
  requestedAtMs: world.clock.now(),
});

/** Every notice in any dispatch that was made: whatever is in one goes out. */
export async function tellings(world: World): Promise<readonly ToldNotice[]> {
  const all = [];
  for (const dispatch of world.dispatches.all.values()) {
    if (dispatch.purpose !== 'notice') continue;
    // Which kind it was is not of interest here: a word says which
    for (const told of await noticesOf(world.ports, dispatch, 'result_notice')) all.push(told);
  }
  return all;
}

export const dueNow = (world: World, kind: NoticeKind): readonly string[] =>
  world.permissions.all(owner).flatMap((permission) => (dueOf(kind, permission) ? [permission.digits] : []));
export const allDue = (world: World) => noticeKinds.flatMap((kind) => dueNow(world, kind));
