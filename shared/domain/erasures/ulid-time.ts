const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The time at which a ULID was made, epoch ms; null: it is none. */
export function timeOfUlid(ulid: string): number | null {
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(ulid)) return null;
  let atMs = 0;
  for (const letter of ulid.slice(0, 10)) atMs = atMs * 32 + crockford.indexOf(letter);
  return atMs;
}
