import { parseArgs } from 'node:util';
import { Chaos } from './chaos.js';

/**
 * The long form: `node dist/test/integration/chaos/run.js --origins 50 --minutes 60 --protocol http2`. Rounds follow each
 * other until the minutes are over; each has processes of its own. `--rest` is what a client waits between requests, ms.
 */
const { values } = parseArgs({
  options: {
    origins: { type: 'string', default: '50' },
    clients: { type: 'string', default: '48' },
    concurrency: { type: 'string', default: '2' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    protocol: { type: 'string', default: 'http1' },
    rest: { type: 'string', default: '0' },
    steps: { type: 'string', default: '400' },
  },
});
const end = Date.now() + Number(values.minutes) * 60_000;
let isRight = true;
for (let round = 0; Date.now() < end; round++) {
  const report = await new Chaos({
    protocol: values.protocol === 'http2' ? 'http2' : 'http1',
    origins: Number(values.origins),
    clients: Number(values.clients),
    concurrency: Number(values.concurrency),
    steps: Number(values.steps),
    answersPerStep: 400,
    restMs: Number(values.rest),
    deadlineMs: end,
    seed: Number(values.seed) + round,
    say: (line) => console.log(`${new Date().toISOString()} ${line}`),
  }).run();
  console.log(JSON.stringify({ ...report, wrong: report.wrong.slice(0, 20) }));
  isRight &&= report.wrong.length === 0 && report.unexpected.length === 0 && report.left.length === 0;
}
process.exitCode = isRight ? 0 : 1;
