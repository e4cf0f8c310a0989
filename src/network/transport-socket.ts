import type { Socket, SocketConnectOpts } from 'node:net';
import type { ExtensionConfig } from '../api/config-node.js';
import type { Extension } from '../api/extension.js';
import type { ProxiedClient } from '../api/proxied-client.js';
import type { SecretView } from '../api/secrets.js';
import type { StatBlock, StatScope } from '../api/stats.js';
import type { Address, ConnectionInfo } from '../api/stream-info.js';
import type { Logger, ThreadScope } from '../api/thread-scope.js';
import type { TlsInfo } from '../api/tls-info.js';
import type { UpstreamSource } from '../api/upstream-source.js';
import type { Clock } from '../base/clock.js';
import type { Plain } from '../base/plain.js';
import type { Random } from '../base/random.js';
import type { TimerWheel } from '../base/timer-wheel.js';
import type { PassedState } from './internal-listeners.js';
import type { ReadLink } from './read-link.js';

/**
 * Transport sockets: what lies between a TCP connection and the bytes that filters and codecs see. A factory that
 * builds null means the socket itself: clear text, at no cost.
 */

/** What a transport socket gets of its thread; a `ThreadScope` has it all. Main builds upstream ones for health checks. */
export interface TransportScope {
  readonly clock: Clock;
  readonly timers: TimerWheel;
  readonly random: Random;
  readonly stats: StatScope;
  readonly log: Logger;
  readonly secrets: SecretView;
}

/** Who is told how the set-up of a downstream transport went: one of the two, once, never from within `open`. */
export interface DownstreamTransportOwner {
  /** `socket` carries clear bytes from now on; it reads into the thread's buffer and tells the link. */
  onTransportReady(socket: Socket, tls: TlsInfo | null): void;
  /** `socket` is destroyed next; `reason` is what `%DOWNSTREAM_TRANSPORT_FAILURE_REASON%` prints. */
  onTransportFailed(socket: Socket, reason: string): void;
}

/** A set-up under way. */
export interface OpeningTransport {
  /** Gives it up: the owner is told nothing more and gets the socket as it is, to destroy it. */
  abandon(): Socket;
}

/** The transport of one filter chain in one thread. */
export interface DownstreamTransport {
  /** Takes over a socket of which `bytes` have been read already. Its reads come through `link`. */
  open(
    socket: Socket,
    link: ReadLink,
    bytes: Buffer,
    info: ConnectionInfo,
    owner: DownstreamTransportOwner,
  ): OpeningTransport;
}

export interface DownstreamTransportContext {
  /** `listener.<address or prefix>` */
  readonly statPrefix: string;
  readonly chainName: string;
  /** What the chain's match says of names that clients ask for. */
  readonly serverNames: readonly string[];
  /** The one read buffer of the thread. */
  readonly readBuffer: Buffer;
  /** A throw in a callback of the socket. */
  onCallbackError(error: unknown): void;
}

/** Blocks of stats that exist from the start, each with what its prefix adds to the listener's or cluster's. */
export type TransportStats = readonly (readonly [suffix: string, block: StatBlock])[];

/** A certificate as `/certs` and its gauge show it. */
export interface CertificateSummary {
  readonly path: string;
  readonly serialNumber: string;
  readonly subjectAltNames: readonly { readonly [type: string]: string }[];
  readonly validFromMs: number;
  readonly validToMs: number;
  /** Name in `ssl.certificate.<name>.expiration_unix_time_seconds`. */
  readonly statName: string;
}

/** What one TLS context trusts and shows. */
export interface ContextCertificates {
  readonly caCerts: readonly CertificateSummary[];
  readonly chain: readonly CertificateSummary[];
}

export interface DownstreamTransportFactory<C extends Plain = Plain> extends Extension<C> {
  readonly stats?: TransportStats;
  /** Asked on main. */
  certificates?(config: C, secrets: SecretView): ContextCertificates;
  build(config: C, scope: ThreadScope, context: DownstreamTransportContext): DownstreamTransport | null;
}

/** What a request or its cluster wants of the connections that may carry it; pools keep apart what differs in `key`. */
export interface TransportOptions {
  readonly key: string;
  /** Replaces the configured server name; empty leaves it. */
  readonly serverName: string;
  /** DNS names, one of which the peer's certificate must have, besides what is configured. */
  readonly subjectAltNames: readonly string[];
  /** Replaces the configured protocols; empty leaves them. */
  readonly alpn: readonly string[];
  /** Offered where no protocols are configured. */
  readonly alpnFallback: readonly string[];
  /** The connection that this one carries on; absent where no transport tells of it. */
  readonly proxied?: ProxiedClient;
  /** The connection comes from there. */
  readonly source?: UpstreamSource;
}

/** Where an upstream connection reads to. */
export interface UpstreamReads {
  readonly buffer: Buffer;
  /** Answers whether to go on reading. */
  onRead(length: number): boolean;
  /** Bytes that the transport sends in front count with the connection's. */
  onPreamble?(length: number): void;
  /** The transport stands, clear bytes may flow. Not called when it fails: the socket is destroyed with an error. */
  onReady(tls: TlsInfo | null): void;
}

/** A transport that changes no byte, and tells internal listeners what its connections bring along. */
export interface PassingTransport {
  /** What lies inside; null: the socket itself. */
  readonly inner: UpstreamTransport | null;
  passed(host: Plain, cluster: Plain, options: TransportOptions | null): PassedState | null;
}

/** What the way to a host is chosen by. */
export interface DialledHost {
  readonly address: Address;
  /** The endpoint's own, empty when it has none. */
  readonly hostname: string;
  readonly metadata: Plain;
  readonly localityMetadata?: Plain;
}

/** Where connections to a host are made instead of its own address. */
export interface Way {
  readonly address: Address;
  /** What is asked for there; empty: nothing. */
  readonly authority: string;
}

/** The transport of one cluster's connections in one thread. */
export interface UpstreamTransport {
  readonly passing?: PassingTransport;
  readonly isSecure: boolean;
  /** Its connections tell whom they are for: they are made with `TransportOptions.proxied`. */
  readonly announcesClients?: boolean;
  /** Null: hosts are connected to straight. */
  wayTo?(host: DialledHost): Way | null;
  /** Opens a connection. `hostname` is the endpoint's own, empty when it has none. */
  connect(
    target: SocketConnectOpts,
    hostname: string,
    options: TransportOptions | null,
    reads: UpstreamReads,
    /** A socket that is on its way there already; absent: the transport opens one. */
    carrier?: Socket,
    /** Of the way. */
    authority?: string,
  ): Socket;
  /** What `%UPSTREAM_TRANSPORT_FAILURE_REASON%` prints for the error code that the socket ended with; empty if it is none of this layer. */
  failureText(code: string): string;
}

export interface UpstreamTransportContext {
  /** `cluster.<name>` */
  readonly statPrefix: string;
  /** Builds a transport that lies inside this one; null: the socket itself. */
  inner(transport: ExtensionConfig): UpstreamTransport | null;
}

export interface UpstreamTransportFactory<C extends Plain = Plain> extends Extension<C> {
  readonly stats?: TransportStats;
  /** Asked on main. */
  certificates?(config: C, secrets: SecretView): ContextCertificates;
  build(config: C, scope: TransportScope, context: UpstreamTransportContext): UpstreamTransport | null;
}
