import * as z from 'zod';
import { duplicateBlockMinutesMax } from '../../shared/contracts/limits.ts';
import { characterPolicies } from '../../shared/domain/content/characters.ts';
import { measureText, normaliseText, unsendableFlag } from '../../shared/domain/content/cp949.ts';
import { informationalRules, unknownConsentRules } from '../../shared/domain/permissions/why-not.ts';
import { changeNotificationEmails } from '../../shared/domain/tenants/edit-tenant.ts';
import { changeSettings, type KeyPorts, settingsOf } from '../../shared/domain/tenants/key-ring.ts';
import { defaultSettings, type Settings, type Tenant, type TenantStore } from '../../shared/domain/tenants/tenant.ts';
import { givenNight, nightSettings, shownNightSettings } from './night-settings.ts';
import { busy, type Problem, problem } from './problems.ts';
import { answer, route, type TenantCaller } from './route.ts';
import { tenantFacts } from './tenant-shapes.ts';

export interface SettingsDeps extends Pick<KeyPorts, 'keyRings'> {
  readonly tenants: Pick<TenantStore, 'find' | 'edit'>;
}

const { requestsPerSecond, burst } = defaultSettings.rateLimit;
const rate = z
  .int()
  .min(1)
  .max(1_000)
  .meta({ description: `On average, for each key. Default ${requestsPerSecond}.`, example: requestsPerSecond });
const atOnce = z
  .int()
  .min(1)
  .max(2_000)
  .meta({ description: `At once, for each key. Default ${burst}.`, example: burst });

const unsendableCharacters = z.enum(characterPolicies).meta({
  description:
    'What becomes of characters that no Korean carrier takes. `refuse`: a text with one is refused, a recipient whose ' +
    'values bring one is skipped. `swap`: ₩ becomes ￦, – and — become -, a no-break space becomes a space, and what is ' +
    'left is refused. `replace`: the swaps, then `?` for what is left. A dispatch keeps the rule it was created under. ' +
    `Default ${defaultSettings.unsendableCharacters}.`,
});

const informationalToOptedOut = z.enum(informationalRules).meta({
  description:
    'Whether messages that are no advertising go to people who opted out. `send`: they do. `exclude`: they are skipped ' +
    'as `opted_out`. Campaigns and advertisements never reach who opted out or refused, `auth` always goes, and test sends ask nobody. A ' +
    `dispatch keeps the rule it was created under. Default ${defaultSettings.informationalToOptedOut}.`,
});

const unknownConsent = z.enum(unknownConsentRules).meta({
  description:
    'Whether campaigns and advertisements go to people of whom no consent is known. `warn`: they do, and the quote counts them as ' +
    '`consent_unknown`. `exclude`: they are skipped as `consent_denied`. A dispatch keeps the rule it was created ' +
    `under. Default ${defaultSettings.unknownConsent}.`,
});

const advertiserName = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .refine((name) => !(measureText(normaliseText(name)).flags & unsendableFlag), 'has characters that no carrier takes')
  .nullable()
  .meta({
    description:
      'Who advertises, as advertisements say it behind (광고); null, the default: the name you are registered under.',
  });

const duplicateBlockMinutes = z
  .int()
  .min(0)
  .max(duplicateBlockMinutesMax)
  .meta({
    description:
      'For how many minutes a message does not go again to the same number: one of the same type and kind (advertising, ' +
      'authentication, other) from the same sender with the same finished subject, text and images is skipped as ' +
      '`duplicate_content`, whichever dispatch it is of. Counted from when a carrier took the first one, or may have; what ' +
      'a carrier refused does not count, nor does what went while the rule was off. Test sends are exempt. A dispatch ' +
      `keeps the rule it was created under. 0, the default, is off.`,
  });

const notificationEmails = tenantFacts.notificationEmails.meta({
  description:
    'Where what we decide about the account is told, in Korean and English. The account’s as a whole: changed by live keys only.',
});

const shown = ({ night, ...settings }: Settings, { notificationEmails }: Pick<Tenant, 'notificationEmails'>) => ({
  ...settings,
  ...shownNightSettings(night),
  notificationEmails,
});

/** Every rule but the rate limit, as it is set and shown. A new one belongs here. */
const rules = {
  unsendableCharacters,
  informationalToOptedOut,
  unknownConsent,
  advertiserName,
  duplicateBlockMinutes,
  ...nightSettings,
};

const settingsShape = z
  .object({
    rateLimit: z.object({ requestsPerSecond: rate, burst: atOnce }).meta({
      description: 'How often each key may call; two keys do not share it',
      default: defaultSettings.rateLimit,
    }),
    ...rules,
    notificationEmails,
  })
  .meta({ id: 'Settings' });

const changeShape = z
  .strictObject({
    rateLimit: z.strictObject({ requestsPerSecond: rate, burst: atOnce }).partial(),
    ...rules,
    notificationEmails,
  })
  .partial();

const read = route({
  method: 'GET',
  path: '/v1/settings',
  auth: 'tenant',
  tag: 'Settings',
  summary: 'Every rule of this account; asked with a test key, those that its tests run under',
  responses: { 200: settingsShape },
  run: async ({ caller: { tenantId, mode } }, { keyRings, tenants }: SettingsDeps) => {
    const [{ rules }, tenant] = await Promise.all([keyRings.load(tenantId), tenants.find(tenantId)]);
    if (tenant === null) throw new Error(`${tenantId} has a key and is not there`);
    return answer(200, shown(settingsOf(rules, mode), tenant));
  },
});

const change = route({
  method: 'PATCH',
  path: '/v1/settings',
  auth: 'tenant',
  tag: 'Settings',
  summary: 'Changes the rules that are given and leaves the others',
  description:
    'Takes effect from the next request on. What a test key changes holds for test keys only, and from then on for good; in everything else they follow the account’s settings.',
  body: changeShape,
  responses: { 200: settingsShape },
  problems: ['live_key_required', 'conflict'],
  run: async ({ caller, body }, deps: SettingsDeps) => {
    const { nightPolicy, nightWindows, notificationEmails, ...change } = body;
    const told = await emailsOf(deps, caller, notificationEmails);
    if ('problem' in told) return told;
    const night = givenNight(nightPolicy, nightWindows);
    const outcome = await changeSettings(deps, caller, { ...change, night });
    return outcome.kind === 'busy' ? busy : answer(200, shown(outcome.settings, told));
  },
});

const liveOnly = problem('live_key_required', 'Mails about the account are no matter of tests: use a live key.');

/** The tenant with the addresses that are given, if any. */
async function emailsOf(
  deps: SettingsDeps,
  { tenantId, mode }: Pick<TenantCaller, 'tenantId' | 'mode'>,
  emails: readonly string[] | undefined,
): Promise<Tenant | Problem> {
  if (emails === undefined) {
    const tenant = await deps.tenants.find(tenantId);
    if (tenant === null) throw new Error(`${tenantId} has a key and is not there`);
    return tenant;
  }
  if (mode !== 'live') return liveOnly;
  const outcome = await changeNotificationEmails(deps, tenantId, emails);
  switch (outcome.kind) {
    case 'changed':
      return outcome.tenant;
    case 'closed':
      return problem('tenant_closed', 'It cannot be opened again.');
    case 'busy':
      return busy;
  }
}

export const settingsRoutes = [read, change];
