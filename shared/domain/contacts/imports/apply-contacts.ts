import type { Ids } from '../../dispatches/ports.ts';
import type { RowImport } from '../../imports/row-import.ts';
import { listedAtMs } from '../../imports/row-import.ts';
import { changeAll, type ImportedRow } from '../../imports/row-work.ts';
import { attributeIn, attributeTypeOf } from '../attribute.ts';
import { type Contact, type ContactChange, contactAfter, saysTheSame } from '../contact.ts';
import { newContact } from '../create-contact.ts';
import type { ContactStore, NumberPlace } from '../ports.ts';
import type { ContactRow } from './judge-contact.ts';
import { choicesOf } from './judge-contact.ts';

export interface ContactRowPorts {
  readonly contacts: Pick<ContactStore, 'atNumbers' | 'create' | 'replace'>;
  readonly ids: Ids;
}

/** Makes the rows of a block contacts. */
export async function applyContacts(
  ports: ContactRowPorts,
  made: RowImport,
  rows: readonly ImportedRow<ContactRow>[],
  atMs: number,
): Promise<{ readonly changed: number; readonly unchanged: number }> {
  if (rows.length === 0) return { changed: 0, unchanged: 0 };
  const known = await ports.contacts.atNumbers(
    made.owner,
    rows.map(({ digits }) => digits),
  );
  let changed = 0;
  const decided = rows.map((row) => ({ row, step: decide(ports, made, row, known.get(row.digits), atMs) }));
  changed += decided.filter(({ step }) => step === 'changed').length;
  const written = decided.filter(({ step }) => typeof step === 'object');
  await changeAll(written, async ({ row, step }) => {
    if (await carriedOut(ports, made, row, step, atMs)) changed++;
  });
  return { changed, unchanged: rows.length - changed };
}

type Step =
  | 'unchanged'
  /** By this import, before a crash. */
  | 'changed'
  | { readonly create: Contact }
  | { readonly before: Contact; readonly after: Contact };

/** Whether the row changed its contact, whatever others do meanwhile: then it is decided anew. */
async function carriedOut(
  ports: ContactRowPorts,
  made: RowImport,
  row: ImportedRow<ContactRow>,
  first: Step,
  atMs: number,
): Promise<boolean> {
  for (let step = first; ; ) {
    if (typeof step === 'string') return step === 'changed';
    const outcome =
      'create' in step
        ? await ports.contacts.create(step.create, null, listedAtMs(made))
        : await ports.contacts.replace(step.before, step.after);
    if (outcome.kind === 'created' || outcome.kind === 'written') return true;
    const place = (await ports.contacts.atNumbers(made.owner, [row.digits])).get(row.digits);
    step = decide(ports, made, row, place, atMs);
  }
}

/**
 * What was changed after the import was asked for stays as it is, however late its row is read: so a row may be read again
 * at any time, and of two imports the later one has the last word. Who was deleted after the file came is not brought back,
 * whenever the import of it is asked for.
 */
function decide(
  { ids }: ContactRowPorts,
  made: RowImport,
  { digits, change }: ImportedRow<ContactRow>,
  place: NumberPlace | undefined,
  atMs: number,
): Step {
  const by = { importId: made.id, asOfMs: made.createdAtMs, changedAtMs: atMs };
  if (place === undefined || 'deletedAtMs' in place) {
    if (place !== undefined && place.deletedAtMs > listedAtMs(made)) return 'unchanged';
    const { name = null, tags = [] } = change;
    const attributes = Object.fromEntries(change.attributes.map(({ name: each, value }) => [each, value]));
    return { create: newContact(`con_${ids.ulid()}`, made.owner, { digits, name, attributes, tags }, by) };
  }
  const { contact } = place;
  if (contact.importId === made.id) return 'changed';
  if (choicesOf(made.contacts).existing === 'skip' || contact.asOfMs > made.createdAtMs) return 'unchanged';
  const after = contactAfter(contact, changeOf(change, contact), by);
  if (after === null || saysTheSame(contact, after)) return 'unchanged';
  return { before: contact, after };
}

/** A cell whose type nobody named is of its contact's: so a file that was exported says what it said. */
const changeOf = ({ name, tags, attributes }: ContactRow, { attributes: known }: Contact): ContactChange => ({
  ...{ name, tags },
  attributes: Object.fromEntries(
    attributes.map(({ name: each, value, untyped }) => {
      const before = Object.hasOwn(known, each) ? known[each] : undefined;
      if (untyped === null || before === undefined) return [each, value];
      return [each, attributeIn(attributeTypeOf(before), untyped) ?? value];
    }),
  ),
});
