import * as z from 'zod';
import { dispatchIdShape, type OwnerId } from '../../contracts/ids.ts';
import type { Dispatch } from '../../domain/dispatches/dispatch.ts';
import type { Round, ToldNotice } from '../../domain/notices/ports.ts';
import { facts, noticeKinds } from '../../domain/permissions/due.ts';
import { noticeRoundKey, toldKey } from './keys.ts';
import type { Item, Table, TransactItem } from './table.ts';

const roundShape = z.object({
  dispatchId: dispatchIdShape,
  kind: z.enum(noticeKinds),
  untilMs: z.int(),
  made: z.boolean(),
});
const toldShape = z.object({
  kind: z.enum(noticeKinds),
  digits: z.string(),
  fact: z.enum(facts),
  saidAtMs: z.int(),
  dueAtMs: z.int(),
  text: z.string(),
  dispatchId: dispatchIdShape,
  atMs: z.int(),
});

export const roundOf = (item: Item): Round => roundShape.parse(item);
export const toldOf = (item: Item): ToldNotice => toldShape.parse(item);

export const roundItem = (owner: OwnerId, round: Round): Item => ({
  ...noticeRoundKey(owner),
  entity: 'noticeRound',
  ...round,
});

export const toldItem = (owner: OwnerId, told: ToldNotice): Item => {
  // What a dispatch knows beside it is its own
  const { kind, digits, fact, saidAtMs, dueAtMs, text, dispatchId, atMs } = told;
  const key = toldKey(owner, kind, dueAtMs, digits, dispatchId);
  return { ...key, entity: 'toldNotice', kind, digits, fact, saidAtMs, dueAtMs, text, dispatchId, atMs };
};

/** For the transaction that makes a dispatch of notices: refused if its round was taken over, or made it before. */
export const roundMade = ({ name: TableName }: Table, { owner, id }: Pick<Dispatch, 'owner' | 'id'>): TransactItem => ({
  Update: {
    TableName,
    Key: noticeRoundKey(owner),
    UpdateExpression: 'SET made = :yes',
    ConditionExpression: 'dispatchId = :id AND made = :no',
    ExpressionAttributeValues: { ':id': id, ':yes': true, ':no': false },
  },
});
