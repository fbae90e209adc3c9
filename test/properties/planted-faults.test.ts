import { expect, test } from 'vitest';
import * as plants from './simulation/plants.ts';
import * as lawless from './simulation/plants-of-the-law.ts';
import { type Plant, simulate } from './simulation/runner.ts';

/** What a simulation proves is what it would notice. */
const noticed: Readonly<Record<string, Plant>> = {
  'claims batches whatever their version is': plants.claimsWithoutCondition,
  'folds a dispatch that has moved': plants.foldsWithoutVersion,
  'reads the pages of a fold before the dispatch': plants.pagesBeforeDispatch,
  'has a carrier client that tries again': plants.carrierClientRetries,
  'submits again what nobody came back from': plants.submitsAgainAfterDeadline,
  'lets schedules of other times count': plants.oldSchedulesCount,
  'sends what credits do not cover': plants.holdsWhatIsThere,
  'never asks whether a tenant may send': plants.neverSuspended,
  'never asks whether a number may be sent from': plants.alwaysApproved,
  'never waits for room at the carrier': plants.neverWaitsForRoom,
  'tells nobody that the carrier wants peace': plants.tellsNobodyToPause,
  'takes the claims of a batch for another’s once it is claimed again': plants.claimsAsAnother,
  'forgets which requests it answered': plants.forgetsKeys,
  'never looks after what stands still': plants.neverSwept,
  'asks for permissions only when it prepares': lawless.asksOnlyOnce,
  'asks for permissions before a batch is submitting': lawless.asksTooEarly,
  'takes no campaign for advertising when it sends': lawless.campaignsAreNews,
  'answers people before it has heard them': lawless.answersFirst,
  'never looks at the clock before it sends': lawless.neverLooksAtTheClock,
  'closes for the night on time, and not early': lawless.closesOnTime,
  'keeps to the night of the law alone': lawless.onlyTheLaw,
  'reads the hours of Greenwich': lawless.greenwichHours,
  'takes everybody to be awake': lawless.everybodyIsAwake,
  'takes a consent to the night for one to advertising': lawless.nightAlone,
  'takes nobody to be awake': lawless.nobodyIsAwake,
  'has those who are awake wait with the others': lawless.mixesTheNight,
  'skips what is to wait for the morning': lawless.skipsInsteadOfWaiting,
  'queues in the morning nothing that waited for it': lawless.sleepsOn,
  'forgets with the time of a send that it advertises': lawless.forgetsTheNight,
  'forgets what an advertisement must say': lawless.forgetsToAddParts,
  'never asks whether an 080 number is open': lawless.alwaysOpen,
};
const seedsAtMost = 1_000;

test.each(Object.entries(noticed))(
  'a simulation fails if the service %s',
  async (_name, plant) => {
    for (let seed = 1; seed <= seedsAtMost; seed++) {
      const { broken } = await simulate(seed, { plant });
      if (broken.length > 0) return;
    }
    expect.fail(`${seedsAtMost} seeds notice nothing`);
  },
  120_000,
);
