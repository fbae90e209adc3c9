import { simulate } from './simulation/runner.ts';

const from = Number(process.argv[2] ?? 1);
const count = Number(process.argv[3] ?? 1);
const began = performance.now();
const counts: Record<string, number> = {};
let messages = 0;
let broken = 0;
for (let seed = from; seed < from + count; seed++) {
  const run = await simulate(seed, { keepLines: count === 1 ? 5_000 : 100 });
  messages += run.messages;
  for (const [kind, n] of Object.entries(run.counts)) counts[kind] = (counts[kind] ?? 0) + n;
  if (count === 1) console.log(run.trace.join('\n'));
  if (run.broken.length > 0) {
    broken++;
    console.log(seed, run.broken[0]);
    if (broken >= 12) break;
  }
}
console.log(counts, messages, (performance.now() - began) / count);
