import type { ConfigNode } from '../api/config-node.js';
import type { ProxiedClient } from '../api/proxied-client.js';
import type { ConnectionInfo } from '../api/stream-info.js';
import type { UpstreamSource } from '../api/upstream-source.js';
import type { ProxyTlv } from '../codec/proxy-protocol/proxy-header.js';
import type { TransportOptions } from './transport-socket.js';

/** Which TLVs of a PROXY header go on. */
export type PassedTlvs = {
  readonly passesAll: boolean;
  readonly types: readonly number[];
};

/** Reads `pass_through_tlvs`; absent: none go on. */
export function parsePassedTlvs(node: ConfigNode, field: string): PassedTlvs {
  const passed = node.message(field);
  if (passed === undefined) return { passesAll: false, types: [] };
  return {
    passesAll: passed.enum('match_type', 'INCLUDE_ALL') === 'INCLUDE_ALL',
    types: passed.numbers('tlv_type'),
  };
}

export function passes({ passesAll, types }: PassedTlvs, { type }: ProxyTlv): boolean {
  return passesAll || types.includes(type);
}

const noTlvs: readonly ProxyTlv[] = [];

/** A downstream connection as hosts are told of it. */
export function clientOf(info: ConnectionInfo, tlvs = info.proxyTlvs ?? noTlvs): ProxiedClient {
  return { connectionId: info.id, source: info.remoteAddress, destination: info.localAddress, tlvs };
}

/** Connections of one client; `options` say what besides sets them apart. */
export function withClient(options: TransportOptions | null, client: ProxiedClient): TransportOptions {
  const key = `${client.connectionId} ${client.source.text} ${client.destination.text}`;
  return { ...apart(options, key), proxied: client };
}

/** Connections from one address. */
export function withSource(options: TransportOptions | null, source: UpstreamSource): TransportOptions {
  return { ...apart(options, `from ${source.ip} ${source.mark}`), source };
}

function apart(options: TransportOptions | null, key: string): TransportOptions {
  if (options !== null) return { ...options, key: `${options.key} ${key}` };
  return { key, serverName: '', subjectAltNames: [], alpn: [], alpnFallback: [] };
}
