import type { OwnerId } from '../../contracts/ids.ts';
import { csvCell } from '../uploads/error-report.ts';
import { attributesMax, attributeText } from './attribute.ts';
import type { Contact } from './contact.ts';
import type { ContactSearch, ContactStore } from './ports.ts';

const byteOrderMark = '\uFEFF'; // without it Excel reads a file as EUC-KR
const readRows = 100;
/** Of one file: an answer of the API may have 6 MB, a third of which goes into carrying it. */
const fileBytesMax = 3 * 1024 * 1024;

/**
 * Contacts as a csv, with the number first, so that the file can be read in again. Attributes are columns: a file has as
 * many as its contacts have between them, and ends before they are too many to be read in. `next` is the id after which
 * the following file goes on, null at the end.
 */
export async function exportContacts(
  { contacts }: { readonly contacts: Pick<ContactStore, 'list'> },
  owner: OwnerId,
  search: ContactSearch,
): Promise<{ readonly csv: string; readonly next: string | null }> {
  const taken: Contact[] = [];
  const names = new Set<string>();
  let bytes = 0;
  let next = search.after;
  let isFull = false;
  while (!isFull && taken.length < search.limit) {
    const limit = Math.min(search.limit - taken.length, readRows);
    const page = await contacts.list(owner, { ...search, limit, after: next });
    next = page.next;
    for (const contact of page.items) {
      const attributes = Object.keys(contact.attributes);
      const columns = new Set([...names, ...attributes]);
      const size = bytes + bytesOf(contact);
      // One of its own is never too much
      isFull = taken.length > 0 && (columns.size > attributesMax || size > fileBytesMax);
      if (isFull) {
        next = taken.at(-1)!.id;
        break;
      }
      for (const name of attributes) names.add(name);
      bytes = size;
      taken.push(contact);
    }
    if (next === null) break;
  }
  const header = ['phoneNumber', 'name', 'tags', ...names];
  const rows = taken.map(({ digits, name, tags, attributes }) => [
    `+${digits}`,
    name ?? '',
    tags.join(', '),
    ...[...names].map((each) => textOf(attributes, each)),
  ]);
  const lines = [header, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\r\n`);
  return { csv: byteOrderMark + lines.join(''), next };
}

const textOf = (attributes: Contact['attributes'], name: string): string => {
  const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  return value === undefined ? '' : attributeText(value);
};

/** About what its line takes, and a comma for each column there may be. */
const bytesOf = ({ name, tags, attributes }: Contact): number =>
  Buffer.byteLength(JSON.stringify([name, tags, attributes])) + attributesMax + 30;
