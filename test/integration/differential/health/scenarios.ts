import type { HostKind, HostScript } from './scripted-host.js';

/** One cluster of one host whose checks go by a script. */
export interface CheckScenario {
  readonly name: string;
  readonly kind: HostKind;
  readonly script: HostScript;
  /** Fields of each health check besides its times. */
  readonly checks: readonly string[];
}

const hex = (text: string): string => Buffer.from(text).toString('hex');
const logsAll = 'always_log_health_check_failures: true, always_log_health_check_success: true';
const path = 'path: /check';

export const checkScenarios: readonly CheckScenario[] = [
  {
    name: 'statuses',
    kind: 'http1',
    script: [
      '500',
      '200',
      '200',
      '200 x-envoy-degraded=1',
      '200 x-envoy-degraded=1',
      '500',
      '503 x-envoy-immediate-health-check-fail=1',
      '200',
      '200',
      'cut',
      'cut',
      '404',
      '200',
      '200',
    ],
    checks: [`http_health_check: {${path}}, ${logsAll}`],
  },
  {
    name: 'transitions alone',
    kind: 'http1',
    script: ['200', '200', 'cut', '200', 'cut', 'cut', 'cut', '200', '500', '200', '200'],
    checks: [`http_health_check: {${path}}`],
  },
  {
    name: 'retriable statuses',
    kind: 'http1',
    script: ['200', '503', '200', '503', '503', '503', '200', '200', '502', '201', '200'],
    checks: [
      `http_health_check: {${path}, retriable_statuses: [{start: 500, end: 502}, {start: 503, end: 504}], expected_statuses: [{start: 200, end: 202}]}, ${logsAll}`,
    ],
  },
  {
    name: 'bodies',
    kind: 'http1',
    script: [
      '200 |hello',
      '200 |hell and woe',
      '200 |hello world',
      '200 |world hello',
      '200 |',
      '500 |hello world',
    ],
    checks: [
      `http_health_check: {${path}, method: POST, send: {text: "${hex('ask')}"}, receive: [{text: "${hex('hello')}"}, {binary: "${Buffer.from('wor').toString('base64')}"}], response_buffer_size: 11}, ${logsAll}`,
    ],
  },
  {
    name: 'service name',
    kind: 'http1',
    script: [
      '200 x-envoy-upstream-healthchecked-cluster=shop-1',
      '200 x-envoy-upstream-healthchecked-cluster=cart',
      '200',
      '200 x-envoy-upstream-healthchecked-cluster=shop',
    ],
    checks: [`http_health_check: {${path}, service_name_matcher: {prefix: shop}}, ${logsAll}`],
  },
  {
    name: 'http2',
    kind: 'http2',
    script: ['200', '503', '200', '200', 'cut', 'cut', '200', '200 x-envoy-degraded=1'],
    checks: [`http_health_check: {${path}, codec_client_type: HTTP2}, ${logsAll}`],
  },
  {
    name: 'grpc',
    kind: 'grpc',
    script: [
      '1',
      '2',
      '1',
      '1',
      '3',
      '1',
      '1',
      'status 5',
      '1',
      '1',
      'garbage',
      '1',
      '1',
      'cut',
      '1',
      'cut',
      'cut',
    ],
    checks: [`grpc_health_check: {service_name: shop}, ${logsAll}`],
  },
  {
    name: 'tcp',
    kind: 'tcp',
    script: ['hi', 'hi', 'cut', 'hi', 'cut', 'cut', 'hi', 'hi'],
    checks: [
      `tcp_health_check: {send: {text: "${hex('ask')}"}, receive: [{text: "${hex('hi')}"}]}, ${logsAll}`,
    ],
  },
  {
    name: 'redis',
    kind: 'redis',
    script: [
      '+PONG\r\n',
      '-LOADING\r\n',
      '+PONG\r\n',
      '+PONG\r\n',
      ':1\r\n',
      'cut',
      '+PONG\r\n',
      '-MOVED 1 a:1\r\n',
      'cut',
      'cut',
    ],
    checks: [
      `custom_health_check: {name: envoy.health_checkers.redis, typed_config: {"@type": type.googleapis.com/envoy.extensions.health_checkers.redis.v3.Redis}}, ${logsAll}`,
    ],
  },
];
