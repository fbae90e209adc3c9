type Matcher = (value: unknown, present: boolean) => boolean;

const scalars = ['string', 'number', 'boolean'];

/**
 * Whether an event fits a rule's pattern: nested fields, literals, `prefix`, `suffix`, `anything-but`, `exists`,
 * `numeric` and `equals-ignore-case`.
 * @throws for a comparison that the local cloud does not know
 */
export function fitsPattern(pattern: Record<string, unknown>, event: Record<string, unknown>): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    const value = event[name];
    if (Array.isArray(wanted)) {
      const values = Array.isArray(value) ? value : [value];
      const present = name in event;
      return wanted.some((one) => values.some((given) => matcher(one)(given, present)));
    }
    const isObject = (node: unknown): node is Record<string, unknown> => typeof node === 'object' && node !== null;
    if (!isObject(wanted)) throw new Error(`the event pattern field "${name}" is neither a list nor an object`);
    return isObject(value) ? fitsPattern(wanted, value) : fitsPattern(wanted, {});
  });
}

function matcher(wanted: unknown): Matcher {
  if (wanted === null || scalars.includes(typeof wanted)) return (value) => value === wanted;
  const [[kind, given]] = Object.entries(wanted as object) as [[string, unknown]];
  switch (kind) {
    case 'prefix':
      return (value) => typeof value === 'string' && value.startsWith(String(given));
    case 'suffix':
      return (value) => typeof value === 'string' && value.endsWith(String(given));
    case 'equals-ignore-case':
      return (value) => typeof value === 'string' && value.toLowerCase() === String(given).toLowerCase();
    case 'anything-but':
      return (value, present) => present && ![given].flat().includes(value);
    case 'exists':
      return (_, present) => present === given;
    case 'numeric':
      return (value) => typeof value === 'number' && inRange(value, given as (string | number)[]);
    default:
      throw new Error(`the event pattern comparison "${kind}" is not known to the local cloud`);
  }
}

function inRange(value: number, comparison: (string | number)[]): boolean {
  for (let at = 0; at < comparison.length; at += 2) {
    const bound = Number(comparison[at + 1]);
    const holds = {
      '<': value < bound,
      '<=': value <= bound,
      '>': value > bound,
      '>=': value >= bound,
      '=': value === bound,
    }[String(comparison[at])];
    if (!holds) return false;
  }
  return true;
}
