import type { OwnerId } from '../../contracts/ids.ts';
import type { PermissionStore } from '../permissions/ports.ts';
import type { NightRule } from '../times/night-window.ts';
import { whollyAtNight } from './night.ts';
import type { Split } from './schedule.ts';

/** All of it would go at night, to people who did not consent to that; from `opensAtMs` on it may go. */
export interface AtNight {
  readonly kind: 'night_window';
  readonly opensAtMs: number;
}

/**
 * Refuses a plan of which the night would leave nothing, before its recipients are known: as long as the owner knows of
 * anybody who consented to the night, some of them may be among them.
 */
export async function nightPlanRefusal(
  { permissions }: { readonly permissions: Pick<PermissionStore, 'nightConsented'> },
  owner: OwnerId,
  night: NightRule | null,
  firstMs: number,
  split: Split | null,
): Promise<AtNight | null> {
  const opensAtMs = whollyAtNight(night, firstMs, split);
  if (opensAtMs === null) return null;
  for await (const _ of permissions.nightConsented(owner)) return null;
  return { kind: 'night_window', opensAtMs };
}
