import { bindContent } from '../content/content.ts';
import { pricesOfVersion } from '../content/prices.ts';
import { toE164 } from '../numbers/phone-number.ts';
import type { Dispatch } from './dispatch.ts';
import { type PrepareInput, type PrepareOutput, prepare } from './prepare/prepare.ts';
import { compiledContentOf } from './renderer.ts';

/** A list to be prepared, however it is stored. */
export type ListToPrepare = Pick<PrepareInput, 'columns' | 'expectedRows' | 'openRows' | 'openRejected'>;

/** Runs the prepare engine with a dispatch's own content, prices and frozen time: the one way from a list to a quote. */
export const prepareList = (dispatch: Dispatch, list: ListToPrepare, output: PrepareOutput) =>
  prepare(
    {
      ...list,
      content: bindContent(compiledContentOf(dispatch.message), list.columns, dispatch.renderedAtMs),
      prices: pricesOfVersion(dispatch.priceVersion).credits,
      waves: 1,
      exclude: null,
      digitsOfGiven: (given) => toE164(given)?.slice(1) ?? null,
    },
    output,
  );
