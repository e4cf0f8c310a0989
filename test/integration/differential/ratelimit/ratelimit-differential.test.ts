import { deepEqual } from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { withoutEnvoy } from '../../../support/envoy.js';
import { eventually } from '../../../support/eventually.js';
import { fetchFrom, startOrigin } from '../../../support/proxy.js';
import { type ProxyKind, ProxyUnderTest, type Stats } from '../proxy-under-test.js';
import { limitBootstrap } from './limit-bootstrap.js';
import { LimitService } from './limit-service.js';

type Asked = readonly [listener: string, path: string, headers?: { readonly [name: string]: string }];

const says = (listener: string, words: string): Asked[] =>
  words.split(' ').map((word) => [listener, '/say', { 'x-say': `say-${word}` }]);
const grpc = { 'content-type': 'application/grpc', 'x-say': 'say-over' };

const requests: readonly Asked[] = [
  ...says('main', 'ok over limits over-limits half none unit body text headers metadata unknown error junk'),
  ...says('bare', 'limits over-limits'),
  ...says('denies', 'error junk over ok'),
  ...says('denies-otherwise', 'error'),
  ...says('allows', 'error'),
  ...says('dressed', 'reached over over-limits body limits'),
  ...says('retry', 'over over-limits half limits none reached passed zero'),
  ...['plain', '503', 'hidden', 'exhausted', 'shadow'].flatMap((name) => says(`retry-${name}`, 'reached')),
  ...says('low', 'over'),
  ...says('shadow', 'over-limits body'),
  ...says('off', 'over'),
  ...says('own', 'over-limits'),
  ['main', '/say', grpc],
  ['dressed', '/say', grpc],
  ['main', '/say'],
  ...[
    'host',
    'include',
    'ignore',
    'per-include',
    'per-override',
    'per-own',
    'staged',
    'switched',
    'done',
  ].map((name): Asked => ['main', `/${name}`]),
  ['main', '/done', { 'x-say': 'say-over' }],
  ['main', '/many?q=a%20b', { 'x-say': 'x' }],
  ['main', '/many'],
  ['main', '/hits', { 'x-hits': '9' }],
  ['main', '/hits', { 'x-hits': 'many' }],
  ...['option', 'option-first', 'limit', 'nothing', 'gone', 'direct', 'unrouted'].map(
    (name): Asked => ['main', `/${name}`],
  ),
  ['bare', '/option'],
  ['own-hits', '/host', { 'x-hits': '9' }],
  ['own-hits', '/host', { 'x-hits': 'many' }],
  ['own-hits', '/host'],
  ['own-hits', '/nothing', { 'x-hits': '0' }],
  ['named', '/staged'],
  ['named', '/say', { 'x-say': 'say-metadata' }],
  ['internal', '/host'],
  ['external', '/host'],
  ['internal', '/host', { 'x-envoy-internal': 'true' }],
  ['external', '/host', { 'x-forwarded-for': '8.8.8.8' }],
];
const shown = /^(?:x-(?!envoy-upstream)|retry|content-(?!length)|grpc)/;

function fields(headers: { readonly [name: string]: string | string[] | undefined }, names: RegExp): string {
  const lines = Object.entries(headers).filter(([name]) => names.test(name));
  return lines
    .map(([name, value]) => `${name}: ${value}`)
    .sort()
    .join(' | ');
}

async function observe(t: TestContext, kind: ProxyKind): Promise<readonly string[]> {
  const reached: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    reached.push(`origin: ${fields(request.headers, /^x-(?:said|told|say|never)/)}`);
    response.end('passed');
  };
  const origin = await startOrigin(t, answer);
  const service = new LimitService();
  t.after(() => service.stop());
  const proxy = await ProxyUnderTest.start(kind, limitBootstrap(origin.port, await service.listen()));
  t.after(() => proxy.stop());
  const lines: string[] = [];
  for (const [i, [listener, path, headers = {}]] of requests.entries()) {
    const [before, beforeOrigin] = [service.seen.length, reached.length];
    const port = proxy.places.listeners[listener] ?? 0;
    const {
      status,
      headers: told,
      body,
    } = await fetchFrom(port, path, { headers: { ...headers, 'x-id': `id-${i}-` } });
    if (path === '/done' || listener === 'own-hits')
      await eventually(() =>
        service.seen.some((text, at) => at >= before && /at the end|own end/.test(text)),
      );
    const name = `${i} ${listener} ${path} ${headers['x-say'] ?? ''}`;
    const own = [
      `${status} ${fields(told, shown)}`,
      body,
      ...service.seen.slice(before),
      ...reached.slice(beforeOrigin),
    ];
    lines.push(...own.map((line) => `${name}: ${line}`));
  }
  lines.push(...(await logLines(proxy)));
  const stats = await restingStats(proxy);
  const counted = [...stats].filter(([name]) =>
    /^cluster\.\w+\.(?:\w+\.)*(?:ratelimit\.|upstream_rq_\w*\d)|^http\.async-client/.test(name),
  );
  lines.push(...counted.map(([name, value]) => `${name}: ${value}`).sort());
  return lines;
}

/** Once every request has its line. */
async function logLines(proxy: ProxyUnderTest): Promise<readonly string[]> {
  let lines: readonly string[] = [];
  await eventually(async () => {
    const text = await proxy.log('customLog', `id-${requests.length - 1}-`);
    lines = text.split('\n').filter((line) => line !== '');
    return lines.length >= requests.length;
  });
  return [...lines].sort();
}

/** Once nothing is under way, and the name that is used last is known. */
async function restingStats(proxy: ProxyUnderTest): Promise<Stats> {
  let stats: Stats = new Map();
  await eventually(async () => {
    stats = await proxy.stats();
    const isBusy = [...stats].some(([name, value]) => value > 0 && name.endsWith('upstream_rq_active'));
    return !isBusy && stats.has('cluster.main.ratelimit.own.ok');
  });
  return stats;
}

test('Envoy and this proxy ask a rate limit service about the same requests, and heed it in the same way', {
  skip: withoutEnvoy,
  timeout: 120_000,
}, async (t) => {
  const [theirs, ours] = await Promise.all([observe(t, 'envoy'), observe(t, 'sluice')]);
  deepEqual(ours, theirs);
});
