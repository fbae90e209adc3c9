import { rowCodes } from '../../../contracts/codes.ts';
import type { Dispatch } from '../dispatch.ts';
import { type ListMessagesPorts, type MessagePosition, type Placed, placedAt } from '../list-messages.ts';
import type { MessageView, TextView } from '../message-view.ts';
import { type RecipientPorts, recipientAt } from './recipient.ts';
import type { Ruling } from './ruling.ts';
import { rulesTold } from './tell-rules.ts';

export interface ExplainPorts extends RecipientPorts {
  readonly looking: ListMessagesPorts;
}

export interface Explained {
  readonly view: MessageView & TextView;
  readonly rules: readonly Ruling[];
}

/** A file may say one number a million times: so many of its rows are told. */
export const placesMax = 20;

/**
 * What became of one number in a dispatch, row by row, and why: each with every rule in the order in which they were asked.
 * `places` are all that the number has there; `more` says of how many nothing is told.
 */
export async function explainRecipient(
  { looking, ...ports }: ExplainPorts,
  dispatch: Dispatch,
  places: readonly MessagePosition[],
  nowMs: number,
): Promise<{ readonly rows: readonly Explained[]; readonly more: number }> {
  const told = chosen(places);
  const found = await Promise.all(told.map((place) => placedAt(looking, dispatch, place)));
  const placed = found.filter((one) => one !== null).sort((a, b) => a.view.row - b.view.row);
  const firstRow = placed.find((one) => !isRefused(one))?.view.row ?? null;
  const rows: Explained[] = [];
  for (const one of placed) {
    rows.push({ view: one.view, rules: rulesTold(await recipientAt(ports, dispatch, one, firstRow, nowMs)) });
  }
  return { rows, more: places.length - told.length };
}

/** The one that counted is always among them: it is in a batch, or was left out after those that came with the list. */
function chosen(places: readonly MessagePosition[]): readonly MessagePosition[] {
  const counted = places.find(({ kind }) => kind === 'b') ?? places.at(-1);
  if (!counted || places.length <= placesMax) return places;
  return [counted, ...places.filter((place) => place !== counted).slice(0, placesMax - 1)];
}

/** Whether it never was in the list: of a number that is there twice, all are but one. */
const isRefused = ({ kind, row }: Placed): boolean => kind === 'x' && (rowCodes as readonly unknown[]).includes(row[2]);
