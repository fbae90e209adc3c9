import type { SkipReason } from '../../../contracts/codes.ts';
import { type About, canExclude } from '../../permissions/why-not.ts';
import { korea } from '../../times/night-window.ts';
import { aboutOf, type Dispatch } from '../dispatch.ts';
import type { Asked, Recipient } from './recipient.ts';
import type { RuleRecord, Said } from './ruling.ts';
import type { Teller } from './teller.ts';

/** What the person had said, and what that meant for such a message. */

const asksNobody: Readonly<Record<Exclude<About, 'advertising'>, string>> = {
  auth: 'Authentication messages ask nobody: somebody waits for them at a log-in',
  test: 'Test sends ask nobody',
  notice: 'What became of their own word is told to everybody whom it concerns',
  informational: 'Messages that are no advertising go to those who opted out, too (`informationalToOptedOut`: `send`)',
};

function nobodyAsked({ dispatch }: Recipient): string | null {
  const about = aboutOf(dispatch);
  return about === 'advertising' || canExclude(about, dispatch.permissionRules) ? null : asksNobody[about];
}

const standingOf = (said: Said | undefined) => (typeof said === 'object' ? said.after : null);

function whyAllowed({ permissionRules: rules }: Dispatch, about: About, said: Said | undefined): string {
  if (said === 'unknown') return 'It was allowed by what was known then';
  if (about === 'informational') return 'Had not opted out';
  if (standingOf(said)?.marketing === true) return 'Had consented to advertising';
  return `Nothing was known of a consent to advertising, and nothing against it (\`unknownConsent\`: \`${rules.unknownConsent}\`)`;
}

function whyRefused(reason: SkipReason, said: Said | undefined): string {
  if (reason === 'opted_out') return 'Had opted out';
  return standingOf(said)?.marketing === false
    ? 'Had refused advertising'
    : 'Had not consented to advertising (`unknownConsent`: `exclude`)';
}

const recordOf = ({ dispatch }: Recipient, asked: Asked | null): RuleRecord => ({
  kind: 'permission',
  about: aboutOf(dispatch),
  rules: dispatch.permissionRules,
  atMs: asked?.atMs ?? null,
  said: asked?.said ?? null,
});

const permission = (askedOf: (recipient: Recipient) => Asked | null): Teller => ({
  notAsked: nobodyAsked,
  passed: (recipient) => whyAllowed(recipient.dispatch, aboutOf(recipient.dispatch), askedOf(recipient)?.said),
  left: (recipient, reason) => whyRefused(reason, askedOf(recipient)?.said),
  record: (recipient) => recordOf(recipient, askedOf(recipient)),
  rules: (recipient) => recordOf(recipient, null),
});

export const permissionAtPrepare = permission(({ atPrepare }) => atPrepare);
export const permissionAtSending = permission(({ atSending }) => atSending);

export const nightWindow: Teller = {
  notAsked: ({ dispatch }) =>
    dispatch.night === null
      ? dispatch.purpose === 'test'
        ? 'Test sends go at any hour'
        : 'Only advertisements know a night'
      : null,
  passed: ({ atSending }) => (atSending?.opensAtMs == null ? 'It was day' : 'Had consented to advertising at night'),
  left: () => 'It was night, and no consent to advertising at night was known',
  record({ dispatch: { night }, atSending, waveAtMs, waitsUntilMs }) {
    const window = night?.windows[korea];
    if (!night || !window) return null;
    return {
      ...{ kind: 'night', policy: night.policy, window, waveAtMs },
      atMs: atSending?.atMs ?? null,
      opensAtMs: atSending?.opensAtMs ?? waitsUntilMs,
      said: atSending?.said ?? null,
    };
  },
};
