import { connect, type Socket, type SocketConnectOpts } from 'node:net';
import type { Extension } from '../../api/extension.js';
import type { RedisHosts } from '../../api/redis-hosts.js';
import type { StatScope } from '../../api/stats.js';
import type { Address } from '../../api/stream-info.js';
import type { Host } from '../../api/upstream.js';
import type { Clock } from '../../base/clock.js';
import type { Plain } from '../../base/plain.js';
import type { TransportOptions, UpstreamReads, UpstreamTransport } from '../../network/transport-socket.js';

/** Reads at a time of a connection whose transport socket wants a buffer. */
const probeReadBytes = 16_384;

/** `failed` is an answer that says no; `retriable` one that may be an accident; `network` none at all. */
export type ProbeVerdict = 'passed' | 'degraded' | 'failed' | 'retriable' | 'network';

/** How one check of a host ended. */
export interface ProbeResult {
  readonly verdict: ProbeVerdict;
  /** Of the answer where HTTP is spoken, else 0. */
  readonly status: number;
  /** The host asked to be left out of what counts its kind. */
  readonly excludes: boolean;
}

export const passed: ProbeResult = { verdict: 'passed', status: 0, excludes: false };
export const failed: ProbeResult = { verdict: 'failed', status: 0, excludes: false };
export const unreachable: ProbeResult = { verdict: 'network', status: 0, excludes: false };

export type OnProbeResult = (result: ProbeResult) => void;

/** Checks one host, one check at a time, over a connection that it may keep. */
export interface Probe {
  /** Starts a check; `onResult` of the probe's maker is called once, later. */
  begin(): void;
  /** Gives a running check up: its result does not come. */
  abandon(): void;
  close(): void;
}

export type ProbeMaker = (onResult: OnProbeResult) => Probe;

/** A check's connection. */
export type ProbeSocket = Socket;

/** What a probe is told of its connection; `onClosed` comes last, once, also when connecting failed. */
export interface ProbeConnectionEvents {
  onConnected(): void;
  onData(data: Buffer): void;
  /** FIN of the host. */
  onEnd(): void;
  onClosed(): void;
}

/** How a probe reaches its host. */
export interface ProbeTarget {
  readonly address: Address;
  readonly hostname: string;
  /** Null: the socket itself. */
  readonly transport: UpstreamTransport | null;
  readonly options: TransportOptions | null;
}

/** The cluster whose hosts are checked, as kinds of checks see it. */
export interface ProbedCluster {
  /** `cluster.<name>` */
  readonly statRoot: string;
  readonly redis: RedisHosts;
  readonly stats: StatScope;
  readonly clock: Clock;
}

/** A kind of check that is named in `custom_health_check`. */
export interface HealthCheckerFactory<C extends Plain = Plain> extends Extension<C> {
  /** What event logs call it, `REDIS`. */
  readonly eventType: string;
  build(
    config: C,
    cluster: ProbedCluster,
  ): (target: ProbeTarget, host: Host, keepsConnection: boolean, onResult: OnProbeResult) => Probe;
}

/** Opens a connection to the host; errors are followed by `onClosed`. It keeps no thread alive. */
export function openProbeConnection(target: ProbeTarget, events: ProbeConnectionEvents): Socket {
  const { transport } = target;
  const way = transport?.wayTo?.({ ...target, metadata: null }) ?? null;
  const address = way?.address ?? target.address;
  const where: SocketConnectOpts = address.isIp
    ? { host: address.ip, port: address.port, noDelay: true }
    : { path: address.ip };
  let socket: Socket;
  if (transport === null) {
    socket = connect(where);
    socket.on('connect', () => events.onConnected());
    socket.on('data', (data: Buffer) => events.onData(data));
  } else {
    const buffer = Buffer.allocUnsafeSlow(probeReadBytes);
    const reads: UpstreamReads = {
      buffer,
      onRead: (length) => {
        events.onData(buffer.subarray(0, length));
        return true;
      },
      onReady: () => events.onConnected(),
    };
    socket = transport.connect(where, target.hostname, target.options, reads, undefined, way?.authority);
  }
  socket.unref();
  socket.on('end', () => events.onEnd());
  socket.on('error', () => socket.destroy());
  socket.on('close', () => events.onClosed());
  return socket;
}
