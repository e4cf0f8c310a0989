import { parseArgs } from 'node:util';
import { Chaos } from './chaos.js';

/** The long form: `node dist/test/integration/chaos/run.js --origins 50 --minutes 60`. */
const { values } = parseArgs({
  options: {
    origins: { type: 'string', default: '50' },
    clients: { type: 'string', default: '48' },
    concurrency: { type: 'string', default: '2' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    protocol: { type: 'string', default: 'http1' },
  },
});
const end = Date.now() + Number(values.minutes) * 60_000;
let isRight = true;
for (let round = 0; Date.now() < end && isRight; round++) {
  const report = await new Chaos({
    protocol: values.protocol === 'http2' ? 'http2' : 'http1',
    origins: Number(values.origins),
    clients: Number(values.clients),
    concurrency: Number(values.concurrency),
    steps: 400,
    answersPerStep: 400,
    seed: Number(values.seed) + round,
    say: (line) => console.log(`${new Date().toISOString()} ${line}`),
  }).run();
  console.log(JSON.stringify({ ...report, wrong: report.wrong.slice(0, 20) }));
  isRight = report.wrong.length === 0 && report.unexpected === 0 && report.left.length === 0;
}
process.exitCode = isRight ? 0 : 1;
