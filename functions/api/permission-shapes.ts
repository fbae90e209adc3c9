import * as z from 'zod';
import { importIdShape, uploadIdShape } from '../../shared/contracts/ids.ts';
import { toE164 } from '../../shared/domain/numbers/phone-number.ts';
import {
  type Permission,
  type PermissionEntry,
  permissionSources,
} from '../../shared/domain/permissions/permission.ts';
import type { OptOut } from '../../shared/domain/permissions/ports.ts';
import { shownTime, shownTimeOrNull, timeShape } from './shapes.ts';

/** How opt-outs and consents are asked for and answered. */

/** A number in a path; `digitsOf` reads it. */
export const numberParams = z.strictObject({
  number: z.string().min(3).max(64).meta({ description: 'In any usual form', example: '010-1234-5678' }),
});

/** E.164 digits without the plus, as permissions are kept; null if it is no phone number. */
export const digitsOf = (number: string): string | null => toE164(number)?.slice(1) ?? null;

const sourceShape = z.enum(permissionSources).meta({
  description: '`api`: said through this API; `call`: the person called the opt-out number; `import`: from a file',
});

export const optOutShape = z
  .object({ number: z.string(), optedOutAt: timeShape, source: sourceShape })
  .meta({ id: 'OptOut' });

export const shownOptOut = ({ digits, optedOutAtMs, source }: OptOut): z.input<typeof optOutShape> => ({
  number: `+${digits}`,
  optedOutAt: shownTime(optedOutAtMs),
  source,
});

const consentShape = z
  .object({
    value: z.boolean().nullable().meta({ description: 'null: unknown' }),
    at: timeShape.nullable().meta({ description: 'When it was given or refused' }),
    evidence: z.string().nullable(),
    evidenceUploadId: uploadIdShape.nullable().meta({ description: 'GET this upload for a link to the file' }),
  })
  .meta({ id: 'Consent' });

export const standing = {
  marketing: consentShape,
  night: consentShape,
  optedOut: z.object({ at: timeShape, source: sourceShape }).nullable().meta({ description: 'null: not opted out' }),
};

export const historyMax = 50;

export const consentsShape = z
  .object({
    number: z.string(),
    ...standing,
    history: z
      .array(
        z.object({
          at: timeShape,
          source: sourceShape,
          importId: importIdShape.nullable().meta({ description: 'Of `import`: which one' }),
          ...standing,
        }),
      )
      .max(historyMax)
      .meta({ description: `How things stood after each change, newest first: the last ${historyMax}` }),
  })
  .meta({ id: 'Consents' });

export function shownStanding(permission: Permission | null) {
  const consent = (value: boolean | null, atMs: number | null) => ({
    value,
    at: shownTimeOrNull(atMs),
    evidence: value === null ? null : (permission?.evidence ?? null),
    evidenceUploadId: value === null ? null : (permission?.evidenceUploadId ?? null),
  });
  const { optedOutAtMs, optOutSource } = permission ?? { optedOutAtMs: null, optOutSource: null };
  return {
    marketing: consent(permission?.marketing ?? null, permission?.marketingAtMs ?? null),
    night: consent(permission?.night ?? null, permission?.nightAtMs ?? null),
    optedOut:
      optedOutAtMs === null || optOutSource === null ? null : { at: shownTime(optedOutAtMs), source: optOutSource },
  };
}

/** One change, and how things stood after it. */
export const changeShape = z
  .object({ id: z.string(), version: z.int().min(1), at: timeShape, source: sourceShape, ...standing })
  .meta({ id: 'ConsentChange' });

export const shownChange = ({ id, atMs, source, after }: PermissionEntry): z.input<typeof changeShape> => ({
  ...{ id, version: after.version, at: shownTime(atMs), source },
  ...shownStanding(after),
});

/** @param history oldest first */
export const shownConsents = (
  digits: string,
  permission: Permission | null,
  history: readonly PermissionEntry[],
): z.input<typeof consentsShape> => ({
  number: `+${digits}`,
  ...shownStanding(permission),
  history: history
    .slice(-historyMax)
    .toReversed()
    .map(({ atMs, source, after }) => ({
      at: shownTime(atMs),
      source,
      importId: after.importId,
      ...shownStanding(after),
    })),
});
