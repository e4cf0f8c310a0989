import type { ConfigNode } from '../../api/config-node.js';
import { parseStringMatcher, type StringMatcherConfig } from '../../match/string-matcher.js';
import type { HeaderRulesConfig } from '../../route/config-types.js';
import { parseHeaderRules } from '../../route/header-mutations.js';
import { parsePayload } from './payload.js';

/** Half-open. */
export type StatusRange = readonly [start: number, end: number];

/** `HealthCheck.HttpHealthCheck`. */
export type HttpCheckConfig = {
  readonly protocol: 'http1' | 'http2';
  readonly host: string;
  readonly path: string;
  readonly method: string;
  /** Bytes as lower-case hex, as in `receive`. */
  readonly send: string;
  readonly receive: readonly string[];
  /** How much of a body is searched for `receive`; 0 = all. */
  readonly responseBufferBytes: number;
  /** Statuses that pass. */
  readonly expected: readonly StatusRange[];
  readonly retriable: readonly StatusRange[];
  readonly headers: HeaderRulesConfig;
  /** Of the name in `x-envoy-upstream-healthchecked-cluster`. */
  readonly serviceName: StringMatcherConfig | null;
};

const bodilessMethods: readonly string[] = ['GET', 'HEAD', 'DELETE', 'TRACE'];

export function parseHttpCheck(node: ConfigNode): HttpCheckConfig {
  const expected = node.list('expected_statuses').map((entry) => range(entry, 'expected'));
  const configured = node.enum('method', 'GET');
  const method = configured === 'METHOD_UNSPECIFIED' ? 'GET' : configured;
  const receive = node.list('receive').map(parsePayload);
  const responseBufferBytes = node.number('response_buffer_size', 1024);
  const length = receive.join('').length / 2;
  if (responseBufferBytes !== 0 && length > responseBufferBytes) {
    node.error(
      `The expected response length '${length}' is over than http health response buffer size '${responseBufferBytes}'`,
      'receive',
    );
  }
  const matcher = node.message('service_name_matcher');
  return {
    protocol: parseProtocol(node),
    host: node.string('host'),
    path: node.string('path'),
    method,
    send: parseSend(node, method),
    receive,
    responseBufferBytes,
    expected: expected.length > 0 ? expected : [[200, 201]],
    retriable: node.list('retriable_statuses').map((entry) => range(entry, 'retriable')),
    headers: parseHeaderRules(node, 'request'),
    serviceName: matcher === undefined ? null : parseStringMatcher(matcher),
  };
}

function parseProtocol(node: ConfigNode): 'http1' | 'http2' {
  const type = node.enum('codec_client_type', 'HTTP1');
  if (type === 'HTTP3') node.unsupportedValue('codec_client_type', type, 'Node has no QUIC');
  node.unsupported('use_alpn_protocol', 'the protocol of checks is that of codec_client_type');
  return type === 'HTTP2' ? 'http2' : 'http1';
}

function parseSend(node: ConfigNode, method: string): string {
  const send = node.message('send');
  if (send === undefined) return '';
  if (bodilessMethods.includes(method)) {
    node.error(
      `HTTP health check cannot specify a request payload with method '${method}'. Only methods that support a request body (POST, PUT, PATCH, OPTIONS) can be used with payload.`,
      'send',
    );
  }
  return parsePayload(send);
}

function range(node: ConfigNode, kind: string): StatusRange {
  const start = node.number('start', 0);
  const end = node.number('end', 0);
  const problem = `Invalid http ${kind} status range: expecting`;
  if (start >= end) node.error(`${problem} start < end, but found start=${start} and end=${end}`);
  else if (start < 100) node.error(`${problem} start >= 100, but found start=${start}`, 'start');
  else if (end > 600) node.error(`${problem} end <= 600, but found end=${end}`, 'end');
  return [start, end];
}
