import type { FailureCode, SkipReason } from '../../../contracts/codes.ts';
import type { DispatchId, UploadId } from '../../../contracts/ids.ts';
import type { MessageType } from '../../carriers/carrier.ts';
import type { Advertisement } from '../../content/advertisement.ts';
import type { CharacterPolicy } from '../../content/characters.ts';
import type { UnsendableInMessage } from '../../content/render.ts';
import type { PermissionEntry } from '../../permissions/permission.ts';
import type { About, PermissionRules } from '../../permissions/why-not.ts';
import type { NightRule, NightWindow } from '../../times/night-window.ts';
import type { RuleName, Stage } from '../rules/pipeline-rules.ts';

/** What one rule said about one message. */
export interface Ruling {
  readonly stage: Stage;
  readonly rule: RuleName;
  readonly outcome: Outcome;
  /** Of `excluded` and `failed`: the message's own reason or code. */
  readonly reason: SkipReason | FailureCode | null;
  readonly message: string;
  /** What it relied on, as it was then. */
  readonly record: RuleRecord | null;
}

/** For one outcome there is exactly one rule at most: `excluded` of a skipped message, `failed` of a failed one. */
export const outcomes = ['passed', 'excluded', 'failed', 'unclear', 'waits', 'not_asked', 'not_reached'] as const;
export type Outcome = (typeof outcomes)[number];

/**
 * What somebody had said when it was asked: the change that was the last one then. `nothing`: there was none. `unknown`: it
 * can no longer be told which it was.
 */
export type Said = PermissionEntry | 'nothing' | 'unknown';

export type RuleRecord =
  | {
      readonly kind: 'row';
      readonly row: number;
      /** Null: the recipients were given in the call. */
      readonly uploadId: UploadId | null;
      readonly column: string | null;
      /** The row that has the number already. */
      readonly firstRow: number | null;
    }
  /** The recipient's, the sender's or the one to refuse by: whichever the rule is about. */
  | { readonly kind: 'number'; readonly number: string }
  | {
      readonly kind: 'permission';
      readonly about: About;
      readonly rules: PermissionRules;
      /** When it was read; null: it was not. */
      readonly atMs: number | null;
      readonly said: Said | null;
    }
  | { readonly kind: 'variable'; readonly variable: string }
  | {
      readonly kind: 'characters';
      readonly policy: CharacterPolicy;
      readonly unsendable: readonly UnsendableInMessage[];
    }
  | {
      readonly kind: 'length';
      /** Null: no type can carry it. */
      readonly type: MessageType | null;
      /** Null: it grew beyond all bounds while it was put together. */
      readonly bytes: number | null;
      readonly bytesMax: number;
      /** Null: there is no subject, or it is not what is too long. */
      readonly subjectBytes: number | null;
    }
  | ({ readonly kind: 'advertisement' } & Advertisement)
  | {
      readonly kind: 'credits';
      readonly row: number;
      readonly credits: number;
      /** The last row that the credits covered; null: they covered all. */
      readonly lastRow: number | null;
    }
  | {
      readonly kind: 'night';
      readonly policy: NightRule['policy'];
      readonly window: NightWindow;
      /** When its part of the dispatch was due; null: it was not confirmed. */
      readonly waveAtMs: number | null;
      /** When it was asked; null: not yet. */
      readonly atMs: number | null;
      /** When the window ends that it falls into; null: it falls into none. */
      readonly opensAtMs: number | null;
      readonly said: Said | null;
    }
  | {
      readonly kind: 'duplicate';
      /** For how long after a message an equal one does not go. */
      readonly blockMinutes: number;
      /** Which dispatch the equal message was of; null: there was none, or it can no longer be told. */
      readonly dispatchId: DispatchId | null;
    }
  | { readonly kind: 'carrier'; readonly carrier: string | null; readonly submittedAtMs: number | null }
  | { readonly kind: 'report'; readonly atMs: number };
