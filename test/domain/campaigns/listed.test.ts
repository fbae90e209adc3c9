import { describe, expect, test } from 'vitest';
import { createCampaign } from '../../../shared/domain/campaigns/create-campaign.ts';
import { editCampaign } from '../../../shared/domain/campaigns/edit-campaign.ts';
import { timeOfList } from '../../../shared/domain/erasures/erasure.ts';
import { recipientsOf } from '../../support/fakes/sends.ts';
import { owner } from '../../support/fakes/world.ts';
import { createCampaignWorld, planOf, recordOf } from './campaign-world.ts';

describe('a list that is given with a plan', () => {
  test.each(['created', 'edited'])('is as old as the request, however long that takes: %s', async (how) => {
    const world = createCampaignWorld();
    const places: string[] = [];
    const ports = {
      ...world.ports,
      tenants: {
        ...world.ports.tenants,
        async isApprovedSender(...asked: Parameters<typeof world.ports.tenants.isApprovedSender>) {
          world.clock.advance(1_000);
          return world.ports.tenants.isApprovedSender(...asked);
        },
      },
      lists: {
        ...world.ports.lists,
        async write(...given: Parameters<typeof world.ports.lists.write>) {
          places.push(given[0]);
          return world.ports.lists.write(...given);
        },
      },
    };
    const draft = await world.draft();
    const asked = planOf(world.clock.now(), {});
    const beganAtMs = world.clock.now();
    const made =
      how === 'created'
        ? await createCampaign(ports, owner, asked, ({ id }) => recordOf(id))
        : await editCampaign(ports, draft, { message: asked.message, recipients: { list: recipientsOf(2) } });
    expect([made.kind, world.clock.now() > beganAtMs]).toEqual([how, true]);
    expect(places.map((place) => timeOfList(`lists/${place}/rows.ndjson`))).toEqual([beganAtMs]);
  });
});
