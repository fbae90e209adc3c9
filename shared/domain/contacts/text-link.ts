/**
 * A link that opens the messages of a phone with a number and a text in place (RFC 5724). Everything but letters, digits
 * and `-_.~` is escaped, spaces as `%20` and line ends as `%0A`, because phones take a `+` for a plus, and an apostrophe
 * would end an attribute in HTML.
 */
export function textLink(e164: string, text: string): string {
  const body = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `sms:${e164}?body=${body}`;
}
