import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { ProxyKind } from '../differential/proxy-under-test.js';
import { faultsOf, startChain } from './chain.js';
import { startEchoOrigin } from './origin.js';

/**
 * The long form, with h2load: `node dist/test/integration/beside-envoy/run.js --requests 200000 --near envoy --far
 * sluice`. Every request has to succeed, and be counted once by both proxies.
 */
const { values } = parseArgs({
  options: {
    near: { type: 'string', default: 'envoy' },
    far: { type: 'string', default: 'sluice' },
    requests: { type: 'string', default: '200000' },
    connections: { type: 'string', default: '8' },
    streams: { type: 'string', default: '32' },
    'inner-streams': { type: 'string', default: '50' },
    'requests-per-connection': { type: 'string', default: '5000' },
  },
});
const kindOf = (name: string): ProxyKind => (name === 'envoy' ? 'envoy' : 'sluice');
const kinds = { near: kindOf(values.near), far: kindOf(values.far) };
const requests = Number(values.requests);
const perConnection = Number(values['requests-per-connection']);
const endings: (() => unknown)[] = [];
try {
  const origin = await startEchoOrigin();
  endings.push(() => origin.close());
  const chain = await startChain(
    { after: (end) => void endings.push(end as () => unknown) },
    kinds,
    { http: origin.port, grpc: origin.port },
    {
      streams: Number(values['inner-streams']),
      requestsUpstream: perConnection,
      requestsDownstream: perConnection - 1000,
    },
  );
  const args = ['-n', values.requests, '-c', values.connections, '-m', values.streams];
  const code = await played([...args, `http://127.0.0.1:${chain.port}/`]);
  const [near, far] = [await chain.near.stats(), await chain.far.stats()];
  const counted = {
    near: near.get('cluster.far.upstream_rq_200'),
    far: far.get('cluster.http.upstream_rq_200'),
    connections: far.get('http.inner.downstream_cx_total'),
    sentAway: near.get('cluster.far.upstream_cx_close_notify'),
    faults: [...(await faultsOf(chain.near, kinds.near)), ...(await faultsOf(chain.far, kinds.far))],
  };
  console.log(`${values.near} before ${values.far}: ${JSON.stringify(counted)}`);
  process.exitCode = code === 0 && counted.near === requests && counted.far === requests ? 0 : 1;
} finally {
  for (const end of endings.reverse()) await end();
}

/** h2load's exit code is 0 also when requests fail, so its summary is read. */
function played(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('h2load', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const summary = text.split('\n').filter((line) => /^(?:finished|requests|status codes)/.test(line));
      console.log(summary.join('\n'));
      resolve(code === 0 && / 0 failed, 0 errored, 0 timeout$/.test(summary[1] ?? '') ? 0 : 1);
    });
  });
}
