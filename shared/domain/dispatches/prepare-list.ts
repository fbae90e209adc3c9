import { bindContent } from '../content/content.ts';
import { pricesOfVersion } from '../content/prices.ts';
import { toE164 } from '../numbers/phone-number.ts';
import type { ListPermissions } from '../permissions/list-permissions.ts';
import type { Dispatch } from './dispatch.ts';
import { type PrepareInput, type PrepareOutput, prepare } from './prepare/prepare.ts';
import { rowsPlace } from './prepared.ts';
import { compiledContentOf } from './renderer.ts';

/** A list to be prepared, however it is stored. */
export type ListToPrepare = Pick<PrepareInput, 'columns' | 'expectedRows' | 'openRows' | 'openRejected' | 'batchRows'>;

/** Runs the prepare engine with a dispatch's own content, prices and frozen time: the one way from a list to a quote. */
export const prepareList = (
  dispatch: Dispatch,
  list: ListToPrepare,
  permissions: ListPermissions,
  isErased: PrepareInput['isErased'],
  output: PrepareOutput,
) =>
  prepare(
    {
      ...list,
      content: bindContent(compiledContentOf(dispatch.message), list.columns, dispatch.renderedAtMs),
      prices: pricesOfVersion(dispatch.priceVersion).credits,
      waves: dispatch.split?.count ?? 1,
      ...permissions,
      isErased,
      nightApart: dispatch.night?.policy === 'wait',
      digitsOfGiven: (given) => toE164(given)?.slice(1) ?? null,
    },
    output,
  );

/** Where the prepared rows will lie. A list of few rows is read once more for its bytes: one cell can outgrow an item. */
export async function placeOfList({ expectedRows, openRows, openRejected }: ListToPrepare) {
  if (rowsPlace(expectedRows, 0) === 'objects') return 'objects';
  let bytes = 0;
  for (const open of [openRows, openRejected]) for await (const chunk of open()) bytes += chunk.length;
  return rowsPlace(expectedRows, bytes);
}
