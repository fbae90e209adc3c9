import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBatchStore } from '../../../shared/adapters/dynamo/batch-store.ts';
import { createCampaignStore } from '../../../shared/adapters/dynamo/campaign-store.ts';
import { createCarrierAccounts } from '../../../shared/adapters/dynamo/carrier-accounts.ts';
import { openCreditStore } from '../../../shared/adapters/dynamo/credit-store.ts';
import { createDispatchStore } from '../../../shared/adapters/dynamo/dispatch-store.ts';
import type { Batch } from '../../../shared/domain/dispatches/batch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { isRefused } from '../../../shared/domain/dispatches/ports.ts';
import { draftOf } from '../../support/contracts/campaign-samples.ts';
import {
  batchOf,
  grantOf,
  newDispatchId,
  newOwner,
  newUlid,
  noonMs,
  preparing,
  recordOf,
  sendingOf,
} from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';
import { lossyTable } from '../../support/lossy.ts';

/** A write whose answer is lost has happened. The client asks again; sooner or later so does whoever called it. */

let dynamo: LocalDynamo;
let name: string;
beforeAll(async () => {
  dynamo = await startDynamo();
  name = (await dynamo.newTable()).name;
});
afterAll(() => dynamo.stop());

const storesOn = (maxAttempts: number) => {
  const { table, lose } = lossyTable(dynamo, name, maxAttempts);
  return {
    lose,
    dispatches: createDispatchStore(table, { ulid: newUlid }),
    batches: createBatchStore(table),
    credits: openCreditStore(table),
    accounts: createCarrierAccounts(table),
    campaigns: createCampaignStore(table),
  };
};

const ownerWith = async (credits: number) => {
  const owner = newOwner();
  await storesOn(1).credits.move(owner, grantOf(credits), recordOf(owner));
  return owner;
};
const balanceOf = (owner: Dispatch['owner']) => storesOn(1).credits.balance(owner);

const captured = (dispatch: Dispatch): Dispatch => ({
  ...dispatch,
  totals: { ...dispatch.totals, credits: { held: 0, captured: 3, released: 0, refunded: 0 } },
});
const capture = [{ type: 'capture', quantity: 3 }] as const;

describe('an answer lost once, which the client makes good by asking again', () => {
  test('a batch that was claimed is ours: nobody waits for its lease to end', async () => {
    const { batches, lose } = storesOn(3);
    const [id, attempt, planned] = [newDispatchId(), newUlid(), batchOf(0)];
    await batches.write(id, attempt, [planned], noonMs);
    lose(1);
    const claimed = await batches.change(id, attempt, planned, { ...planned, state: 'claimed', claim: 1 });
    expect(claimed).toEqual({ ...planned, state: 'claimed', claim: 1, version: 2 });
    expect(await batches.read(id, attempt, 0)).toEqual(claimed);
  });

  test('the same claim of another worker is not taken for ours', async () => {
    const { batches, lose } = storesOn(3);
    const [id, attempt, planned] = [newDispatchId(), newUlid(), batchOf(0)];
    const claimed: Batch = { ...planned, state: 'claimed', claim: 1, leaseUntilMs: noonMs };
    await batches.write(id, attempt, [planned], noonMs);
    const other = await batches.change(id, attempt, planned, claimed);
    lose(1);
    expect(await batches.change(id, attempt, planned, claimed)).toEqual({ refused: other });
  });

  test('of workers that claim at the same moment with lost answers, one wins', async () => {
    const [id, attempt, planned] = [newDispatchId(), newUlid(), batchOf(0)];
    await storesOn(3).batches.write(id, attempt, [planned], noonMs);
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => {
        const { batches, lose } = storesOn(3);
        lose(1);
        return batches.change(id, attempt, planned, { ...planned, state: 'claimed', claim: 1, leaseUntilMs: noonMs });
      }),
    );
    expect(outcomes.filter((outcome) => !isRefused<Batch>(outcome))).toHaveLength(1);
  });

  test('a dispatch that was moved is moved, not refused', async () => {
    const { dispatches, lose } = storesOn(3);
    const dispatch = preparing({ state: 'sending' });
    await dispatches.create(dispatch, null);
    lose(1);
    const moved = await dispatches.move(dispatch, 'cancelHeld', { ...dispatch, state: 'canceling' });
    expect(moved).toEqual({ ...dispatch, state: 'canceling', version: 2 });
    expect(await dispatches.read(dispatch.id)).toEqual(moved);
  });

  test('a start holds once and says that it started; a fold captures once', async () => {
    const { dispatches, lose } = storesOn(3);
    const owner = await ownerWith(10);
    const sending = sendingOf(preparing({ owner, externalId: 'once' }), 3);
    lose(1);
    expect(await dispatches.start(null, sending, 3, recordOf(owner))).toEqual({ kind: 'started', dispatch: sending });
    expect(await balanceOf(owner)).toEqual({ available: 7, held: 3, spent: 0, granted: 10 });
    lose(1);
    expect(isRefused(await dispatches.fold(sending, captured(sending), capture, []))).toBe(false);
    expect(await balanceOf(owner)).toEqual({ available: 7, held: 0, spent: 3, granted: 10 });
  });

  test('a campaign that was moved, published or removed is, and no refusal', async () => {
    const { campaigns, lose } = storesOn(3);
    const draft = draftOf();
    await campaigns.create(draft, null);
    lose(1);
    const edited = await campaigns.move(draft, 'edit', { ...draft, name: 'Other' });
    expect(edited).toEqual({ ...draft, name: 'Other', version: 2 });
    lose(1);
    const before = { ...draft, name: 'Other', version: 2 };
    const published = await campaigns.publish(before, { ...before, state: 'standby', revision: 1 }, null);
    expect(published).toMatchObject({ kind: 'published', campaign: { state: 'standby', version: 3 } });
    const over = draftOf();
    await campaigns.create(over, null);
    lose(1);
    // Told as gone already: whoever asked wanted it gone
    expect(await campaigns.remove(over)).toEqual({ refused: null });
    expect(await campaigns.read(over.id)).toBeNull();
  });

  test('an accepted call of the carrier is still taken by the batch it was taken for', async () => {
    const { accounts, lose } = storesOn(3);
    lose(1);
    expect(await accounts.take('aligo', newUlid(), newDispatchId(), 0, noonMs)).toBe(true);
  });

  test('room in a carrier account that was given is ours, and what ended is added once', async () => {
    const { accounts, lose } = storesOn(3);
    const carrier = `carrier-${newUlid()}`;
    const permit = { id: newUlid(), holder: 'bulk:ten_1', messages: 7, untilMs: noonMs + 46_100 };
    const empty = await accounts.read(carrier);
    lose(1);
    expect(await accounts.admit(carrier, empty, permit, noonMs)).toBe('admitted');
    lose(1);
    await accounts.release(carrier, permit, noonMs + 1_100);
    expect((await accounts.read(carrier)).permits).toEqual([{ ...permit, id: '', untilMs: noonMs + 1_100 }]);
  });
});

describe('an answer that stays lost: the caller comes again with the same', () => {
  test('a creation under a key is a replay', async () => {
    const { dispatches, lose } = storesOn(1);
    const dispatch = preparing({ externalId: 'once' });
    const record = recordOf(dispatch.owner);
    lose(1);
    await expect(dispatches.create(dispatch, record)).rejects.toThrow('the connection broke');
    expect(await dispatches.create({ ...dispatch, id: newDispatchId() }, record)).toEqual({ kind: 'replayed' });
  });

  test('a start under a key is a replay, and holds once', async () => {
    const { dispatches, lose } = storesOn(1);
    const owner = await ownerWith(10);
    const record = recordOf(owner);
    lose(1);
    await expect(dispatches.start(null, sendingOf(preparing({ owner }), 3), 3, record)).rejects.toThrow('broke');
    expect(await dispatches.start(null, sendingOf(preparing({ owner }), 3), 3, record)).toEqual({ kind: 'replayed' });
    expect(await balanceOf(owner)).toEqual({ available: 7, held: 3, spent: 0, granted: 10 });
  });

  test('a fold is refused with what it wrote, and captures once', async () => {
    const { dispatches, lose } = storesOn(1);
    const owner = await ownerWith(10);
    const sending = sendingOf(preparing({ owner }), 3);
    await dispatches.start(null, sending, 3, null);
    lose(1);
    await expect(dispatches.fold(sending, captured(sending), capture, [])).rejects.toThrow('the connection broke');
    const again = await dispatches.fold(sending, captured(sending), capture, []);
    expect(again).toEqual({ refused: { ...captured(sending), version: 2 } });
    expect(await balanceOf(owner)).toEqual({ available: 7, held: 0, spent: 3, granted: 10 });
  });

  test('a claim is refused: nobody else may believe that the batch is theirs', async () => {
    const { batches, lose } = storesOn(1);
    const [id, attempt, planned] = [newDispatchId(), newUlid(), batchOf(0)];
    await batches.write(id, attempt, [planned], noonMs);
    const claim = () => batches.change(id, attempt, planned, { ...planned, state: 'claimed', claim: 1 });
    lose(1);
    await expect(claim()).rejects.toThrow('the connection broke');
    expect(isRefused<Batch>(await claim())).toBe(true);
  });

  test('an accepted call stays the batch’s, and nobody else’s', async () => {
    const { accounts, lose } = storesOn(1);
    const [carrierId, dispatchId] = [newUlid(), newDispatchId()];
    lose(1);
    await expect(accounts.take('aligo', carrierId, dispatchId, 4, noonMs)).rejects.toThrow('the connection broke');
    expect(await accounts.take('aligo', carrierId, dispatchId, 4, noonMs)).toBe(true);
    expect(await accounts.take('aligo', carrierId, dispatchId, 5, noonMs)).toBe(false);
  });
});
