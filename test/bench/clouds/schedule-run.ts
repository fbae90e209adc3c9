import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { monotonicFactory } from 'ulid';
import type { DispatchId } from '../../../shared/contracts/ids.ts';
import { heldOutputs } from './held-outputs.ts';
import { type HeldService, heldService, prepared } from './held-service.ts';
import { secondsOf, sideBySide } from './side-by-side.ts';
import { released, until } from './until.ts';

/** Many split dispatches of one wave a minute, all to begin at the same time, of which each wave gets its schedule. The first waves fire. */
export interface ScheduleRun {
  readonly schedules: number;
  /** How many of them fired: those of the first waves. */
  readonly fired: number;
  /** From the first confirmation to the last schedule. */
  readonly create: number;
  /** From the move of the clock to the mark of the last wave that is due. */
  readonly fire: number;
  /** The longest that a wave was released after its time, by the cloud's clock. */
  readonly latestSeconds: number;
  /** Schedules a second, made by bare calls. */
  readonly floorRate: number;
}

const waveMs = 60_000;
/** Of each dispatch: a release costs the emulators some 20 ms of CPU, and a move of the clock ends after 45 s. */
const firedWaves = 10;
const aheadMs = 86_400_000;
const neverMs = 59 * 86_400_000;
const confirmedAtOnce = 10;
/** Ten runs of release-wave, each with ten calls at once. */
const createdAtOnce = 100;
const ulid = monotonicFactory();

export async function runSchedules(
  dispatches: number,
  waves: number,
  progress: (text: string) => void,
): Promise<ScheduleRun> {
  const service = await heldService();
  const { control } = service.cloud;
  const schedules = dispatches * waves;
  const fired = Math.min(waves, firedWaves);
  const floorRate = await createBare(service, Math.min(schedules, 2_000));
  const before = (await control.schedules()).total;
  const firstAtMs = Math.ceil(((await control.nowMs()) + aheadMs) / waveMs) * waveMs;
  const ids: DispatchId[] = [];
  for (let i = 0; i < dispatches; i++) {
    const plan = { scheduleAtMs: firstAtMs, split: { count: waves, intervalMinutes: 1 } };
    ids.push(await prepared(service, waves, plan)); // one recipient a wave
  }
  progress(`${dispatches} dispatches are ready`);
  const create = await secondsOf(async () => {
    await sideBySide(ids, confirmedAtOnce, (id) => service.tenant.post(`/v1/dispatches/${id}/send`, {}));
    await until(async () => (await control.schedules()).total === before + schedules, `${schedules} schedules`);
  });
  await service.cloud.untilIdle(60);
  progress(`${schedules} schedules were made in ${create.toFixed(1)} s`);
  const fire = await secondsOf(async () => {
    const untilMs = firstAtMs + (fired - 0.5) * waveMs;
    await control.advance(`PT${Math.ceil((untilMs - (await control.nowMs())) / 1_000)}S`);
    for (const id of ids) await released(service, id, fired);
  });
  const left = (await control.schedules()).total;
  const more = dispatches * (waves - fired);
  // Meanwhile the machine's time goes on, and may bring the next wave
  if (left > before + more) throw new Error(`${left - before} schedules are left and not ${more}`);
  const lateMs = (await Promise.all(ids.map((id) => service.releases.all(id)))).flatMap((marks) =>
    marks.slice(0, fired).map(({ wave, atMs }) => atMs - (firstAtMs + (wave - 1) * waveMs)),
  );
  if (lateMs.some((ms) => ms < 0)) throw new Error('A wave was released before its time');
  return { schedules, fired: dispatches * fired, create, fire, latestSeconds: Math.max(...lateMs) / 1_000, floorRate };
}

/** Makes schedules that never fire here, by the same calls with as many at once, and does nothing else. */
async function createBare({ cloud }: HeldService, count: number): Promise<number> {
  const output = (name: keyof typeof heldOutputs) => cloud.outputs[heldOutputs[name]] ?? '';
  const client = new SchedulerClient({ ...cloud.client, requestHandler: { httpAgent: { maxSockets: createdAtOnce } } });
  const at = new Date((await cloud.control.nowMs()) + neverMs).toISOString().slice(0, 19);
  const names = Array.from({ length: count }, () => `dsp_${ulid()}-w1-r1`);
  const took = await secondsOf(() =>
    sideBySide(names, createdAtOnce, (Name) =>
      client.send(
        new CreateScheduleCommand({
          Name,
          GroupName: output('scheduleGroup'),
          ScheduleExpression: `at(${at})`,
          ScheduleExpressionTimezone: 'UTC',
          FlexibleTimeWindow: { Mode: 'OFF' },
          ActionAfterCompletion: 'DELETE',
          Target: {
            Arn: output('waveQueueArn'),
            RoleArn: output('scheduleRole'),
            Input: JSON.stringify({ dispatchId: Name.slice(0, 30), wave: 1, revision: 1 }),
            DeadLetterConfig: { Arn: output('scheduleDeadLetters') },
          },
        }),
      ),
    ),
  );
  return count / took;
}
