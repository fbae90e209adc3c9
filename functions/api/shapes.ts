import * as z from 'zod';

/** Shapes that the routes of every noun share. Times are epoch milliseconds inside and RFC 3339 outside. */

/** A time as answered: UTC. */
export const timeShape = z.iso.datetime().meta({ description: 'RFC 3339, UTC', example: '2026-12-24T01:00:00.000Z' });

export const shownTime = (atMs: number): string => new Date(atMs).toISOString();
export const shownTimeOrNull = (atMs: number | null): string | null => (atMs === null ? null : shownTime(atMs));

/** A time as given: RFC 3339 with an offset. Parsed to epoch milliseconds. */
export const givenTimeShape = z.iso
  .datetime({ offset: true, message: 'must be an RFC 3339 time with an offset' })
  .meta({ description: 'RFC 3339 with an offset', example: '2026-12-24T10:00:00+09:00' })
  .transform((text) => Date.parse(text));

/** A time in a query, where an unescaped `+` of the offset arrives as a space. */
export const queryTimeShape = z
  .string()
  .meta({ description: 'RFC 3339 with an offset', format: 'date-time' })
  .transform((text) => text.replace(/ (?=\d\d:\d\d$)/, '+'))
  .pipe(givenTimeShape);

/** `createdFrom` (inclusive) and `createdUntil` (exclusive); spread into a list's query. */
export const createdRange = {
  createdFrom: queryTimeShape.optional(),
  createdUntil: queryTimeShape.optional(),
};

/** How many entries a page has: at most, and if nothing is asked. */
interface PageSize {
  readonly maximum: number;
  readonly usual: number;
}
const listSize: PageSize = { maximum: 500, usual: 50 };

const limitShape = ({ maximum, usual }: PageSize) =>
  z
    .string()
    .regex(/^[0-9]{1,5}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(1).max(maximum))
    .default(usual)
    .meta({ description: 'How many at most', override: { type: 'integer', minimum: 1, maximum, default: usual } });

/** Where a list of dispatches goes on, as its store says it: the source of a pattern. */
export const dispatchPosition = String.raw`\d{4}-\d\d-\d\dT[\d:.]{12}Z#dsp_[0-9A-Z]{26}`;

/**
 * `limit` and `cursor` of a list; spread into its query. `position` is what the store needs to go on; the customer sees
 * it as an opaque text. It must hold nothing that chooses whose things are read.
 */
export function pageQuery<T>(position: z.ZodType<T>, size = listSize) {
  const cursor = z
    .string()
    .meta({ description: 'The `nextCursor` of the page before' })
    .transform((text, context): T => {
      const read = position.safeParse(jsonOf(text));
      if (read.success) return read.data;
      context.addIssue({
        code: 'custom',
        message: 'is not a cursor of this list',
        params: { problem: 'invalid_cursor' },
      });
      return z.NEVER;
    });
  return { limit: limitShape(size), cursor: cursor.optional() };
}

function jsonOf(cursor: string): unknown {
  if (!/^[\w-]{1,2000}$/.test(cursor)) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined; // garbage is told by the shape, like any other wrong position
  }
}

/** The body of a list. */
export const listShape = <T extends z.ZodType>(entry: T) =>
  z.object({
    data: z.array(entry),
    nextCursor: z.string().nullable().meta({ description: 'Give it as `cursor` for the next page; null at the end' }),
  });

/** A page as stores return it: `next` is where the following page begins, null at the end. */
export interface Page<T, Position> {
  readonly items: readonly T[];
  readonly next: Position | null;
}

export const shownPage = <T, S, Position>(page: Page<T, Position>, show: (item: T) => S) => ({
  data: page.items.map(show),
  nextCursor: page.next === null ? null : cursorOf(page.next),
});

/** A position as customers see it. */
export const cursorOf = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url');

/** A page of a list that is short enough to be read whole; `positionOf` orders it. */
export function pageOfAll<T>(
  all: readonly T[],
  positionOf: (item: T) => string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Page<T, string> {
  const rest = cursor === undefined ? all : all.filter((item) => positionOf(item) > cursor);
  const items = rest.slice(0, limit);
  return { items, next: rest.length > limit ? positionOf(items.at(-1)!) : null };
}
