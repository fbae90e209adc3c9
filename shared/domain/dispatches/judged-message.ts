import { type OwnerId, tenantOf } from '../../contracts/ids.ts';
import type { Advertisement, AskedAdvertisement } from '../content/advertisement.ts';
import { substituteCharacters } from '../content/characters.ts';
import { normaliseText } from '../content/cp949.ts';
import type { JudgedMessage, Message } from './dispatch.ts';
import type { Tenants } from './ports.ts';

/** What of a tenant decides about a request. */
export type JudgingTenants = Pick<
  Tenants,
  'isApprovedSender' | 'charactersOf' | 'sendingRulesOf' | 'advertiserOf' | 'openOptOutNumbers'
>;
export type MessageTenants = Pick<Tenants, 'charactersOf' | 'advertiserOf' | 'openOptOutNumbers'>;

/** Why an advertisement has no number to refuse it by. `several`: it has to say which of them. */
export interface OptOutNumberRefusal {
  readonly kind: 'opt_out_number';
  readonly why: 'none' | 'several' | 'not_open';
}

/** A message under the rules of its time: whoever keeps it, keeps them. */
export async function judgedMessage(
  { tenants }: { readonly tenants: MessageTenants },
  owner: OwnerId,
  message: Message,
): Promise<JudgedMessage | OptOutNumberRefusal> {
  const { advertisement: asked } = message;
  if (asked === null) return { ...message, advertisement: null, characters: await tenants.charactersOf(owner) };
  const [characters, name, numbers] = await Promise.all([
    tenants.charactersOf(owner),
    tenants.advertiserOf(owner),
    tenants.openOptOutNumbers(tenantOf(owner)),
  ]);
  // As texts are: it is looked for in finished ones
  const advertiser = substituteCharacters(normaliseText(name), characters);
  const optOutNumber = numberFor(
    asked,
    numbers.map(({ number }) => number),
  );
  if (typeof optOutNumber !== 'string') return optOutNumber;
  const advertisement: Advertisement = { advertiser, optOutNumber, addParts: asked.addParts };
  return { ...message, advertisement, characters };
}

function numberFor({ optOutNumber }: AskedAdvertisement, open: readonly string[]): string | OptOutNumberRefusal {
  if (optOutNumber !== null) {
    return open.includes(optOutNumber) ? optOutNumber : { kind: 'opt_out_number', why: 'not_open' };
  }
  const [only, ...others] = open;
  if (only === undefined) return { kind: 'opt_out_number', why: 'none' };
  return others.length === 0 ? only : { kind: 'opt_out_number', why: 'several' };
}
