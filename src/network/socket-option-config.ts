import type { ConfigNode } from '../api/config-node.js';
import type { SocketOptionConfig, SocketState } from '../api/socket-options.js';
import type { UpstreamSource } from '../api/upstream-source.js';
import { SocketLevel, SocketOptionName, socketCalls } from './socket-calls.js';

const noKoffi = 'socket options need koffi, which cannot load here';

/** Reads a list of `core.v3.SocketOption`. Those for datagrams are not for the streams that this is asked of. */
export function parseSocketOptions(node: ConfigNode, field: string): readonly SocketOptionConfig[] {
  return node.list(field).flatMap(parseSocketOption);
}

function parseSocketOption(node: ConfigNode): SocketOptionConfig[] {
  node.noEffect('description', 'it is for people');
  const type = node.message('type');
  const stream = type?.message('stream');
  const datagram = type?.message('datagram');
  datagram?.honourAll();
  stream?.honourAll();
  const level = node.number('level', 0);
  const name = node.number('name', 0);
  const value = node.has('buf_value') ? node.bytes('buf_value') : node.number('int_value', 0);
  const state = node.enum('state', 'STATE_PREBIND') as SocketState;
  if (socketCalls() === null) node.error(noKoffi);
  if (datagram !== undefined && stream === undefined) return [];
  return [{ level, name, value, state, family: 0 }];
}

function option(level: number, name: number, value: number, family: 0 | 4 | 6 = 0): SocketOptionConfig {
  return { level, name, value, state: 'STATE_PREBIND', family };
}

/** Reads `core.v3.TcpKeepalive`: probes are on with it, and off where it says 0 of anything. */
export function parseKeepAlive(node: ConfigNode | undefined): readonly SocketOptionConfig[] {
  if (node === undefined) return [];
  const probes = node.optionalNumber('keepalive_probes');
  const time = node.optionalNumber('keepalive_time');
  const interval = node.optionalNumber('keepalive_interval');
  if (socketCalls() === null) node.error(noKoffi);
  if (probes === 0 || time === 0 || interval === 0) return [];
  const { tcp, socket } = SocketLevel;
  const { soKeepAlive, tcpKeepCount, tcpKeepIdle, tcpKeepInterval } = SocketOptionName;
  return [
    option(socket, soKeepAlive, 1),
    ...(probes === undefined ? [] : [option(tcp, tcpKeepCount, probes)]),
    ...(time === undefined ? [] : [option(tcp, tcpKeepIdle, time)]),
    ...(interval === undefined ? [] : [option(tcp, tcpKeepInterval, interval)]),
  ];
}

/** Addresses that the machine does not have may be bound. */
export const freebindOptions: readonly SocketOptionConfig[] = [
  option(SocketLevel.ip, SocketOptionName.ipFreebind, 1, 4),
  option(SocketLevel.ipv6, SocketOptionName.ipv6Freebind, 1, 6),
];

/** Connections may come from an address that is not the machine's. */
export function sourceOptions({ mark }: UpstreamSource): readonly SocketOptionConfig[] {
  const { ip, ipv6, socket } = SocketLevel;
  const { ipTransparent, ipv6Transparent, soMark } = SocketOptionName;
  const transparent = [option(ip, ipTransparent, 1, 4), option(ipv6, ipv6Transparent, 1, 6)];
  return mark === 0 ? transparent : [...transparent, option(socket, soMark, mark)];
}

/** Reads the fields of a listener that are options of its sockets. */
export function parseListenerOptions(node: ConfigNode): readonly SocketOptionConfig[] {
  const { ip, ipv6, tcp } = SocketLevel;
  const { ipTransparent, ipv6Transparent, tcpFastOpen } = SocketOptionName;
  const options: SocketOptionConfig[] = [];
  const transparent = node.optionalBool('transparent');
  if (transparent !== undefined) {
    const value = transparent ? 1 : 0;
    options.push(option(ip, ipTransparent, value, 4), option(ipv6, ipv6Transparent, value, 6));
  }
  const freebind = node.optionalBool('freebind');
  if (freebind === true) options.push(...freebindOptions);
  const queue = node.optionalNumber('tcp_fast_open_queue_length');
  if (queue !== undefined) {
    options.push({ level: tcp, name: tcpFastOpen, value: queue, state: 'STATE_LISTENING', family: 0 });
  }
  if (options.length > 0 && socketCalls() === null) node.error(noKoffi);
  return options;
}

/** Sets those of that state; answers what the system said against one of them, empty when all are set. */
export function applySocketOptions(
  fd: number,
  options: readonly SocketOptionConfig[],
  state: SocketState,
  isV6: boolean,
): string {
  const calls = socketCalls();
  if (calls === null) return '';
  const family = isV6 ? 6 : 4;
  for (const it of options) {
    if (it.state !== state || (it.family !== 0 && it.family !== family)) continue;
    const problem = calls.setOption(fd, it.level, it.name, it.value);
    if (problem !== '') return `cannot set socket option ${it.level}/${it.name}: ${problem}`;
  }
  return '';
}
