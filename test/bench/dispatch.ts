import type { Benchmark, BenchRow } from './bench-row.ts';
import { contest, contestSizes, cpuMsOf, rateOf } from './clouds/runs.ts';
import { shownNumber } from './figures.ts';

const targetRatio = 10;

/**
 * A dispatch end to end on the local cloud, from the confirmation until every result is known and every credit settled,
 * beside the usual design (a queue message, a carrier call and an item per recipient; it asks for no report and moves no
 * credits) and beside the carrier calls and reads alone.
 */
export const benchDispatch: Benchmark = async ({ quick, progress }) => {
  const sizes = contestSizes(quick);
  const runs = await contest(sizes, progress);
  const settled = rateOf(runs.ours.map(({ recipients, settleSeconds }) => ({ recipients, seconds: settleSeconds })));
  const completed = rateOf(
    runs.ours.map(({ recipients, completeSeconds }) => ({ recipients, seconds: completeSeconds })),
  );
  const [peer, floor] = [rateOf(runs.peer), rateOf(runs.floor)];
  const size = sizes.ours.toLocaleString('en');
  const peerSize = sizes.peer.toLocaleString('en');
  const [ourCpu, peerCpu, floorCpu] = [cpuMsOf(runs.ours), cpuMsOf(runs.peer), cpuMsOf(runs.floor)];
  const recorded = `recorded at the carrier ${shownNumber(completed)}/s; the rest is waiting for reports (polled after 3 s, gathered for 5 s) and the fold (2 s)`;
  return [
    {
      row: `dispatch of ${size}, sent to settled`,
      ours: settled,
      peer,
      floor,
      ratio: settled / peer,
      unit: 'messages/s',
      target: `≥ ${targetRatio}× the usual design`,
      ok: settled >= targetRatio * peer,
      notes: `${shownNumber((settled / floor) * 100)} % of the floor; ${recorded}; the usual design on ${peerSize} messages`,
    },
    {
      row: `dispatch of ${size}, CPU of the whole cloud`,
      ours: ourCpu,
      peer: peerCpu,
      floor: floorCpu,
      ratio: peerCpu / ourCpu,
      unit: 'CPU ms/message',
      target: null,
      ok: true,
      notes: 'functions, emulators and carrier simulator together; waiting costs nothing here',
    } satisfies BenchRow,
  ];
};
