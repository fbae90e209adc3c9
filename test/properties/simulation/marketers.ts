import type { CampaignId } from '../../../shared/contracts/ids.ts';
import { type CampaignRequest, createCampaign } from '../../../shared/domain/campaigns/create-campaign.ts';
import { deleteCampaign } from '../../../shared/domain/campaigns/delete-campaign.ts';
import { editCampaign } from '../../../shared/domain/campaigns/edit-campaign.ts';
import { cancelCampaign, type EndResult, endCampaign } from '../../../shared/domain/campaigns/end-campaign.ts';
import { publishCampaign, unpublishCampaign } from '../../../shared/domain/campaigns/publish-campaign.ts';
import { sendTest } from '../../../shared/domain/campaigns/test-send.ts';
import { spanMs } from '../../../shared/domain/dispatches/schedule.ts';
import { numberOf } from '../../support/fakes/sends.ts';
import { type Caller, recordOf } from './caller.ts';
import { testWishOf, type Wish } from './requests.ts';
import { nightlyTime } from './rules.ts';
import type { Ports, World } from './world.ts';

const minuteMs = 60_000;

/** People who plan campaigns: they publish, think better of it, publish again, stop them and delete them. */
export class Marketers {
  readonly #world: World;
  readonly #caller: Caller;
  readonly #wishes: Wish[];
  #publications = 0;

  constructor(world: World, caller: Caller, wishes: Wish[]) {
    this.#world = world;
    this.#caller = caller;
    this.#wishes = wishes;
  }

  ask(wish: Wish): void {
    const plan = this.#planOf(wish);
    this.#caller.call('plan', async (ports) => {
      const created = await createCampaign(ports, wish.owner, plan, () => recordOf(wish.owner, wish.tag));
      this.#world.note(`${wish.tag} ${created.kind}`);
      const id = created.kind === 'created' ? created.campaign.id : this.#madeOf(wish);
      if (id) this.#lead(id, wish);
    });
  }

  /** What somebody does with a campaign at a moment that suits nobody. */
  disturb(id: CampaignId): void {
    const { random, faults } = this.#world;
    const what = random.below(6);
    this.#caller.call('disturb', async (ports) => {
      const campaign = await ports.campaigns.read(id);
      if (!campaign) return;
      if (what === 0) this.#ended(await cancelCampaign(ports, id));
      else if (what === 1) this.#ended(await endCampaign(ports, id, 'requested'));
      else if (what === 2) {
        const removed = await deleteCampaign(ports, id);
        if (removed === 'removed') faults.count('campaign_deleted');
      } else if (what === 3) {
        const edited = await editCampaign(ports, campaign, { tags: [`edit-${random.below(9)}`] });
        if (edited.kind === 'edited') faults.count('campaign_edited');
      } else {
        const moved = await unpublishCampaign(ports, campaign);
        if (moved.kind !== 'moved') return;
        faults.count('campaign_unpublished');
        if (random.chance(0.8)) this.#publishLater(id, random.below(60_000));
      }
    });
  }

  #ended(result: EndResult): void {
    if (result.kind !== 'moved') return;
    this.#world.faults.count('campaign_stopped');
    const { dispatch } = result.view;
    if (dispatch) this.#world.onCanceled(dispatch);
  }

  #lead(id: CampaignId, wish: Wish): void {
    const { random, agenda } = this.#world;
    if (random.chance(0.3)) agenda.in(random.below(60_000), () => this.#test(id, wish));
    this.#publishLater(id, random.below(30_000));
  }

  #publishLater(id: CampaignId, inMs: number): void {
    const key = `${id}-publish-${this.#publications++}`;
    this.#world.agenda.in(inMs, () =>
      this.#caller.call('publish', async (ports) => {
        const campaign = await ports.campaigns.read(id);
        if (!campaign) return;
        const result = await publishCampaign(ports, campaign, () => recordOf(campaign.owner, key));
        this.#world.note(`${id} ${result.kind}`);
        if (result.kind === 'published') this.#world.faults.count('campaign_published');
      }),
    );
  }

  #test(id: CampaignId, wish: Wish): void {
    const number = numberOf(90_000 + this.#wishes.length);
    const test = testWishOf(wish, number);
    if (this.#wishes.some(({ tag }) => tag === test.tag)) return;
    this.#wishes.push(test);
    this.#caller.call('test', async (ports: Ports) => {
      const campaign = await ports.campaigns.read(id);
      if (!campaign) return;
      const given = { to: [number], variables: { name: 'Tester' } };
      const sent = await sendTest(ports, campaign, given, () => recordOf(campaign.owner, test.tag));
      this.#world.note(`${test.tag} ${sent.kind}`);
      if (sent.kind === 'sent') this.#world.faults.count('test_send');
    });
  }

  /** The campaign of a first call whose answer nobody heard. */
  #madeOf({ request }: Wish): CampaignId | null {
    const made = [...this.#world.campaigns.all.values()].find(({ message }) => message.text === request.message.text);
    return made?.id ?? null;
  }

  #planOf({ request, recipients, owner, isAdvert }: Wish): CampaignRequest {
    const { random, clock, rules } = this.#world;
    const { message, split, onShortfall, tags } = request;
    const startAtMs = clock.now() + 30_000 + random.below(random.chance(0.7) ? 5 * minuteMs : 300 * minuteMs);
    const nightly = isAdvert && random.chance(0.6) ? nightlyTime(random, rules, owner, startAtMs) : null;
    const waitMs = nightly ? nightly - startAtMs : random.chance(0.6) ? 0 : random.below(10 * minuteMs);
    const endAtMs =
      startAtMs +
      waitMs +
      spanMs(split) +
      2 * minuteMs +
      random.below(random.chance(0.5) ? 20 * minuteMs : 2_000 * minuteMs);
    const schedule = waitMs === 0 ? null : { atMs: startAtMs + waitMs };
    return {
      name: 'A campaign',
      message,
      recipients: { list: recipients },
      period: { startAtMs, endAtMs },
      schedule,
      split,
      onShortfall,
      tags,
    };
  }
}
