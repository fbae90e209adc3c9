import type { PdfObjects, PdfPlace } from './pdf-objects.ts';
import { type PdfBudget, PdfTokens } from './pdf-tokens.ts';
import { type PdfDictionary, type PdfValue, readValue, valuesOf } from './pdf-values.ts';

/** What may be done when a document or a page of it is opened: show a place in it. */
const harmless = new Set(['GoTo', 'Named']);
const stepsMax = 10_000;

/**
 * Whether something is done without a click (`OpenAction`, `AA`) that leads out of the document, by whatever way through
 * its objects. What cannot be made out does. @throws PdfTooMuch
 */
export function leadsOut(objects: PdfObjects, budget: PdfBudget): boolean {
  const seen = new Set<string>();
  let steps = 0;

  const leads = (value: PdfValue, as: Role): boolean => {
    if (++steps > stepsMax) return true;
    switch (value.kind) {
      case 'reference':
        return referred(value.number, as);
      case 'dictionary':
        return as === 'byOccasion' ? value.entries.some(([, one]) => leads(one, 'action')) : acts(value);
      case 'array':
        // Actions one after the other; else a place in the document, which begins with a page
        return value.items.some((item) => (as === 'next' || item.kind === 'dictionary') && leads(item, 'action'));
      default:
        return false;
    }
  };
  const acts = (value: PdfDictionary): boolean => {
    const kinds = valuesOf(value, 'S');
    if (kinds.some((kind) => kind.kind !== 'name' || !harmless.has(kind.name))) return true;
    return valuesOf(value, 'Next').some((next) => leads(next, 'next'));
  };
  const referred = (number: number, as: Role): boolean => {
    const step = `${number} ${as}`;
    if (seen.has(step)) return false;
    seen.add(step);
    const places = objects.byNumber.get(number);
    if (places === undefined) return true;
    return [...places, ...objects.unnumbered].some((place) => leadsFrom(place, as));
  };
  const leadsFrom = ({ bytes, at }: PdfPlace, as: Role): boolean => {
    const value = readValue(new PdfTokens(bytes, at, budget));
    return value === null || leads(value, as);
  };
  return objects.opening.some((place) => leadsFrom(place, place.key === 'AA' ? 'byOccasion' : 'action'));
}

/** What a value is taken for: an action or a place, what follows an action, or actions by what they answer to. */
type Role = 'action' | 'next' | 'byOccasion';
