import { parseArgs } from 'node:util';
import { fuzzDynamo } from './fuzz-dynamo.js';
import { fuzzHello } from './fuzz-hello.js';
import { fuzzHpack } from './fuzz-hpack.js';
import { fuzzHttpDetection } from './fuzz-http-detection.js';
import { fuzzHttp1 } from './fuzz-http1.js';
import { fuzzHttp2 } from './fuzz-http2.js';
import { fuzzMongo } from './fuzz-mongo.js';
import { fuzzProxyHeader } from './fuzz-proxy-header.js';
import { fuzzRedis } from './fuzz-redis.js';
import { fuzzRequestRules } from './fuzz-request-rules.js';
import { fuzzZooKeeper } from './fuzz-zookeeper.js';

/**
 * `make fuzz`: the HTTP/1 parser against llhttp, the HTTP/2 server and HPACK, the Redis and the MongoDB decoder against themselves,
 * ZooKeeper packets, DynamoDB bodies, PROXY headers, ClientHellos, the HTTP inspector, and the header rules against what may reach an origin.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);

const targets: string[] = [];
let hasRun = false;

async function timed(what: string, body: () => string | Promise<string>): Promise<void> {
  targets.push(what);
  if (!new RegExp(values.only, 'i').test(what)) return;
  hasRun = true;
  const started = performance.now();
  const text = await body();
  const seconds = (performance.now() - started) / 1000;
  console.log(`${what}: ${runs} runs in ${seconds.toFixed(1)} s (${Math.round(runs / seconds)}/s)${text}`);
}

await timed('HTTP/1 parser', async () => {
  const report = await fuzzHttp1(runs, seed);
  return `: ${report.accepted} accepted, ${report.refused} refused, ${report.repaired} bare CRs`;
});
await timed('HTTP/2 server', () => `: ${fuzzHttp2(runs, seed)} with a complete request`);
await timed('HPACK', () => `: ${fuzzHpack(runs, seed)} bent blocks read`);
await timed('PROXY headers', () => `: ${fuzzProxyHeader(runs, seed)} read`);
await timed('header rules', () => {
  fuzzRequestRules(runs, seed);
  return '';
});
await timed('Redis decoder', () => `: ${fuzzRedis(runs, seed)} accepted`);
await timed('MongoDB decoder', () => `: ${fuzzMongo(runs, seed)} sound`);
await timed('ZooKeeper packets', () => `: ${fuzzZooKeeper(runs, seed)} requests`);
await timed('ClientHello', () => `: ${fuzzHello(runs, seed)} read`);
await timed('HTTP inspector', () => `: ${fuzzHttpDetection(runs, seed)} HTTP`);
await timed('DynamoDB bodies', () => `: ${fuzzDynamo(runs, seed)} objects`);

if (!hasRun) {
  console.error(`--only ${values.only} names none of: ${targets.join(', ')}`);
  process.exitCode = 1;
}
