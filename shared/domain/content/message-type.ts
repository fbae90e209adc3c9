import type { MessageType } from '../carriers/carrier.ts';

/**
 * What a customer may ask for. `auto` decides by length, each recipient alone; `auth` is an SMS for somebody who waits for
 * it at a log-in.
 */
export const requestedTypes = ['auto', 'sms', 'lms', 'mms', 'auth'] as const;
export type RequestedType = (typeof requestedTypes)[number];

/** Limits of Korean carriers, in bytes of CP949. */
export const smsBytesMax = 90;
export const lmsBytesMax = 2_000;
export const subjectBytesMax = 40;

/** The type of a text of so many bytes, or `too_long` if what was asked for cannot carry it. */
export function decideType(requested: RequestedType, hasSubject: boolean, bytes: number): MessageType | 'too_long' {
  if (bytes > lmsBytesMax) return 'too_long';
  if (requested === 'mms') return 'mms';
  if (requested === 'lms' || (requested === 'auto' && hasSubject)) return 'lms';
  if (bytes <= smsBytesMax) return 'sms';
  return requested === 'auto' ? 'lms' : 'too_long';
}

/** Types that are never anything longer. */
export const isSms = (requested: RequestedType): boolean => requested === 'sms' || requested === 'auth';

/** Bytes that a text may have at most, whatever type it becomes. */
export const bytesMaxOfRequested = (requested: RequestedType): number => (isSms(requested) ? smsBytesMax : lmsBytesMax);

/** Bytes that a text of this type may have. */
export const bytesMaxOf = (type: MessageType): number => (type === 'sms' ? smsBytesMax : lmsBytesMax);
