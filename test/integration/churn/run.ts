import { parseArgs } from 'node:util';
import { churn } from './churn.js';

/** The long form: `node dist/test/integration/churn/run.js --endpoints 10000 --generations 60`. */
const { values } = parseArgs({
  options: {
    endpoints: { type: 'string', default: '10000' },
    generations: { type: 'string', default: '60' },
    connections: { type: 'string', default: '16' },
    concurrency: { type: 'string', default: '1' },
    period: { type: 'string', default: '1000' },
  },
});
const report = await churn({
  endpoints: Number(values.endpoints),
  generations: Number(values.generations),
  connections: Number(values.connections),
  concurrency: Number(values.concurrency),
  periodMs: Number(values.period),
});
console.log(JSON.stringify(report));
