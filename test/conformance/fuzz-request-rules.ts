import { RequestHeaders } from '../../src/base/header-map.js';
import { type RequestOrigin, RequestRules } from '../../src/http/request-rules.js';
import { logScope } from '../support/log-scope.js';
import { address, connectionInfo, streamInfo } from '../support/stream-info.js';
import { managerSettings } from '../unit/http/manager-settings.js';
import { Dice } from './http1/mutations.js';
import { seededRandom } from './http1/random-cuts.js';

/**
 * What no request of an external client may bring to an origin, whatever else it carries:
 *
 * - a hop-by-hop field, save those of an upgrade that is allowed, and `te` that says more than `trailers`;
 * - `x-envoy-internal`, the headers that steer retries, timeouts and tracing, those that the configuration lists;
 * - at the edge an address, a scheme or a certificate of its own making.
 */

const steering = [
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-force-trace',
  'x-envoy-ip-tags',
  'x-envoy-original-url',
  'x-envoy-hedge-on-per-try-timeout',
];
const atEdge = [
  'x-envoy-decorator-operation',
  'x-envoy-downstream-service-cluster',
  'x-envoy-downstream-service-node',
  'x-envoy-original-path',
  'x-envoy-original-host',
];
const hops = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'te'];
const forwarded = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-client-cert', 'x-request-id', 'via'];
const harmless = ['accept', 'cookie', 'referer', 'x-a', 'user-agent', 'x-envoy-other', 'content-type'];
const names = [...steering, ...atEdge, ...hops, ...forwarded, ...harmless, 'x-envoy-internal', 'x-listed'];
const values = [
  '',
  'true',
  '5xx',
  '10.0.0.1',
  '10.0.0.1, 192.0.2.7',
  '127.0.0.1',
  'trailers',
  'trailers, deflate;q=0.5',
  'gzip',
  'close',
  'upgrade',
  'https',
  'http://user@host/#f',
  '::1',
  'x-forwarded-for',
];

/** The client is never inside: its address is not in the ranges, and a list of addresses makes nobody internal. */
const settings = [
  'use_remote_address: true',
  'use_remote_address: true\nxff_num_trusted_hops: 1',
  'use_remote_address: true\ninternal_address_config: { cidr_ranges: [{ address_prefix: 10.0.0.0, prefix_len: 8 }] }',
  '',
];

function problemOf(headers: RequestHeaders, isEdge: boolean): string | undefined {
  for (const name of headers.names) {
    if (hops.includes(name) && !(name === 'te' && headers.get('te') === 'trailers')) return name;
    if (name === 'x-envoy-internal' || name === 'x-listed' || name === 'x-forwarded-client-cert') return name;
    if (steering.includes(name) || (isEdge && atEdge.includes(name))) return name;
  }
  return undefined;
}

function draw(dice: Dice): RequestHeaders {
  const headers = new RequestHeaders();
  for (let left = 12; left > 0 && !dice.oneIn(8); left--) headers.add(dice.pick(names), dice.pick(values));
  return headers;
}

/** Draws and checks `runs` heads; throws with the head at fault. */
export function fuzzRequestRules(runs: number, seed: number): number {
  const dice = new Dice(seededRandom(seed));
  const { scope } = logScope();
  const remoteAddress = address('203.0.113.9', 4000);
  const connection = connectionInfo({ remoteAddress });
  const info = streamInfo();
  const rules = settings.map((yaml) => new RequestRules(managerSettings(yaml), scope, ['x-listed']));
  const origin: RequestOrigin = { remoteAddress, isInternal: false, rejectStatus: 0 };
  for (let run = 0; run < runs; run++) {
    const headers = draw(dice);
    const before = headers.names.map((name, i) => `${name}: ${headers.values[i]}`).join(' | ');
    const kind = run % rules.length;
    (rules[kind] as RequestRules).apply(headers, connection, false, origin, info);
    const problem = problemOf(headers, kind !== 3);
    if (origin.isInternal || problem !== undefined)
      throw new Error(
        `${problem ?? 'internal'} passes (seed ${seed}, run ${run}, settings ${kind}): ${before}`,
      );
  }
  return runs;
}
