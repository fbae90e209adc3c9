import { startCarrierSimulator } from '../../../../infra/local/carrier/simulator.ts';

// A simulator in a process of its own, to be killed: `node simulator-process.ts <home>` prints its address.
const { url } = await startCarrierSimulator({ home: process.argv[2]!, now: Date.now });
process.stdout.write(`${url}\n`);
