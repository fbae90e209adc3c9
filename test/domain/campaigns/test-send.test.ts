import { describe, expect, test } from 'vitest';
import type { CampaignRequest } from '../../../shared/domain/campaigns/create-campaign.ts';
import { sendTest, type TestSend } from '../../../shared/domain/campaigns/test-send.ts';
import { numberOf } from '../../support/fakes/sends.ts';
import { owner, sender } from '../../support/fakes/world.ts';
import { createCampaignWorld, minuteMs, recordOf } from './campaign-world.ts';

const text = '{{ name }} {{ due | default: "soon" }} {{ shop }} {{ phoneNumber }}';
const variables = [{ name: 'shop', type: 'text', format: null, default: 'Bongsu' }] as const;
const message = {
  type: 'auto',
  from: sender,
  subject: null,
  text,
  variables,
  images: [],
  advertisement: null,
} as const;

async function sent(given: Partial<TestSend>, over: Partial<CampaignRequest> = {}, credits = 100) {
  const world = createCampaignWorld({ credits });
  const campaign = await world.draft({ message, ...over });
  const test = { to: [numberOf(70), numberOf(71)], variables: { name: 'Kim' }, ...given };
  const outcome = await sendTest(world.ports, campaign, test, () => recordOf('test'));
  await world.runFor(minuteMs);
  return { world, campaign, outcome };
}
const textsOf = ({ world }: Awaited<ReturnType<typeof sent>>) =>
  world.carrier.taken.flatMap(({ batch }) => batch.messages.map((one) => one.text));

describe('a test send', () => {
  test('sends the text of the campaign now, with the values given and defaults for the rest', async () => {
    const done = await sent({});
    const { outcome, campaign, world } = done;
    if (outcome.kind !== 'sent') throw new Error(outcome.kind);
    expect(outcome.dispatch).toMatchObject({ purpose: 'test', campaignId: campaign.id, schedule: null, split: null });
    expect(textsOf(done).sort()).toEqual([`Kim soon Bongsu ${numberOf(70)}`, `Kim soon Bongsu ${numberOf(71)}`]);
    expect(await world.ports.balances.read(owner)).toMatchObject({ available: 98, spent: 2 });
    expect(await world.look(campaign.id)).toMatchObject({ status: 'draft', dispatch: null });
  });

  test('is no part of what the campaign does', async () => {
    const { world, campaign } = await sent({});
    await world.publish(campaign);
    await world.runUntil(campaign.period.endAtMs);
    expect(await world.look(campaign.id)).toMatchObject({
      status: 'ended',
      dispatch: { purpose: 'send', totals: { recipients: 3 } },
    });
  });

  test.each<[string, TestSend['variables'], readonly string[]]>([
    ['no value', {}, ['name']],
    ['an empty value', { name: '' }, ['name']],
    ['a value for another', { due: 'now' }, ['name']],
  ])('with %s for a variable without default sends nothing and names it', async (_, given, names) => {
    const { outcome, world } = await sent({ variables: given });
    expect(outcome).toEqual({ kind: 'missing_variables', names });
    expect([world.dispatches.all.size, world.carrier.submits.length]).toEqual([0, 0]);
  });

  test('names every missing variable once, however its name is composed', async () => {
    const composed = '\u1112\u1161\u11ab'; // 한 as three jamo
    const given = { ...message, text: `{{ a }}{{ b }}{{ a }}{{ ${composed} }}` };
    const { outcome } = await sent({ variables: {} }, { message: given });
    expect(outcome).toEqual({ kind: 'missing_variables', names: ['a', 'b', '한'] });
    const done = await sent({ variables: { a: '1', b: '2', [composed]: '3' } }, { message: given });
    expect(textsOf(done)).toEqual(['1213', '1213']);
  });

  test('that costs more than there is sends nothing', async () => {
    const { outcome, world } = await sent({}, {}, 1);
    expect(outcome).toEqual({ kind: 'short', required: 2, available: 1 });
    expect(world.dispatches.all.size).toBe(0);
  });
});
