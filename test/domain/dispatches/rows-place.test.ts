import { expect, test } from 'vitest';
import { inlineBytesMax, inlineRowsMax } from '../../../shared/contracts/limits.ts';
import { createDispatch } from '../../../shared/domain/dispatches/create-dispatch.ts';
import { prepareDispatch } from '../../../shared/domain/dispatches/prepare-dispatch.ts';
import { sendMessages } from '../../../shared/domain/dispatches/send-messages.ts';
import { recipientsOf, requestOf } from '../../support/fakes/sends.ts';
import { createWorld, owner } from '../../support/fakes/world.ts';

/** So many recipients, each with a value of about so many bytes that the text does not use. */
const recipients = (count: number, bytes: number) =>
  recipientsOf(count).map((recipient) => ({
    ...recipient,
    variables: { ...recipient.variables, note: 'x'.repeat(bytes) },
  }));

const cases = [
  ['few small rows', recipients(inlineRowsMax, 100), 'items'],
  ['one row more than few', recipients(inlineRowsMax + 1, 1), 'objects'],
  ['few rows that one item could not hold', recipients(inlineRowsMax, inlineBytesMax / inlineRowsMax), 'objects'],
  ['a single row that one item could not hold', recipients(1, 400 * 1024), 'objects'],
] as const;

test.each(cases)('%s, sent in one call', async (_, list, rowsIn) => {
  const { ports } = createWorld();
  const outcome = await sendMessages(ports, owner, requestOf(), list, null);
  if (outcome.kind !== 'sent') throw new Error(outcome.kind);
  expect(outcome.dispatch.prepared?.rowsIn).toBe(rowsIn);
});

test.each(cases)('%s, prepared by the worker', async (_, list, rowsIn) => {
  const world = createWorld();
  const outcome = await createDispatch(world.ports, owner, requestOf(), { list }, null);
  if (outcome.kind !== 'created') throw new Error(outcome.kind);
  await prepareDispatch(world.ports, { dispatchId: outcome.dispatch.id });
  expect(world.dispatch(outcome.dispatch.id).prepared?.rowsIn).toBe(rowsIn);
});
