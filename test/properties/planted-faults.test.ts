import { expect, test } from 'vitest';
import * as plants from './simulation/plants.ts';
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
