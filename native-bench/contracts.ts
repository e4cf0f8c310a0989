import type { Probe } from '../bench/process/wait-until-serving.js';
import type { Latency } from '../bench/report/latency.js';
import type { PercentileSeries } from '../bench/report/percentile-chart.js';

export type PeerName =
  | 'sluice'
  | 'envoy'
  | 'nginx'
  | 'nginx-large-buffers'
  | 'haproxy'
  | 'nghttpx'
  | 'nutcracker'
  | 'fastify-http-proxy'
  | 'http-proxy';

/** Where one proxy of one row listens, what it forwards to, and where its files go. */
export interface Places {
  readonly port: number;
  readonly adminPort: number;
  readonly originPort: number;
  /** A folder of its own, for its configuration, access log and temporary files. */
  readonly folder: string;
  readonly workers: number;
}

/** Writes a proxy's configuration; what it answers is the text of the file the proxy is started with. */
export type ConfigGenerator = (places: Places) => string;

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** A proxy that can be measured: how it is found and how it is started on a configuration file. */
export interface Peer {
  readonly name: PeerName;
  /** Its version, or the reason why it cannot be measured here. */
  find(): Promise<{ readonly version: string } | { readonly missing: string }>;
  start(configFile: string, places: Places): Command;
}

export type Configs = Partial<Record<PeerName, ConfigGenerator>>;

/** What a load generator counted in one window. */
export interface LoadResult {
  readonly completed: number;
  readonly failed: number;
  readonly seconds: number;
}

/**
 * What stands behind the proxies: `http1` is nginx, `http2` nghttpd (clear text, files and gRPC answers), `holding` a
 * Node server of HTTP/2 that never ends its answer to `/hold`.
 */
export type OriginKind = 'http1' | 'http2' | 'holding' | 'redis';

/** A closed-loop load generator, started anew for every window. */
export interface Load {
  /** Said in the report: what is sent, over how many connections and streams. */
  readonly describe: string;
  /** What it has to find behind the proxies; absent: `http1`. */
  readonly origin?: OriginKind;
  /** Says when a proxy that was just started is ready for this load. */
  probe(port: number): Probe;
  command(port: number, seconds: number): Command;
  /** Reads the generator's own account; throws when there is none. */
  read(stdout: string): LoadResult;
}

interface RowFacts {
  readonly name: string;
  readonly title: string;
}

/** CPU per request of every peer under the same load; the goal is a ratio, Sluice divided by the peer. */
export interface CpuRow extends RowFacts {
  readonly kind: 'cpu';
  readonly load: Load;
  readonly configs: Configs;
  readonly goals: Partial<Record<PeerName, number>>;
}

/** What a feature adds to a request: CPU with it less CPU without it, of each peer that has it. */
export interface ExtraCostRow extends RowFacts {
  readonly kind: 'extra-cost';
  readonly load: Load;
  readonly without: Configs;
  readonly with: Configs;
  /** The most Sluice may add, in microseconds. */
  readonly limitMicros: number;
  /** The most Sluice may add, as a share of what the peer adds. */
  readonly goals: Partial<Record<PeerName, number>>;
}

/** What two workers carry against one. */
export interface WorkersRow extends RowFacts {
  readonly kind: 'workers';
  readonly load: Load;
  readonly configs: Configs;
  readonly goal: number;
}

/**
 * Resident memory of what clients leave open: connections that have made one request each and are idle, or streams
 * whose answers have begun and do not end.
 */
export interface MemoryRow extends RowFacts {
  readonly kind: 'memory';
  readonly opens: 'http1-connections' | 'http2-connections' | 'http2-streams';
  readonly path: string;
  /** How many of them. */
  readonly count: number;
  readonly load: Load;
  readonly configs: Configs;
  readonly limitBytes?: number;
  /** The most it may be, as a share of a peer's. */
  readonly goals?: Partial<Record<PeerName, number>>;
}

/** Latency at fixed rates, as shares of the capacity of the slowest proxy in the row. */
export interface LatencyRow extends RowFacts {
  readonly kind: 'latency';
  readonly path: string;
  readonly load: Load;
  readonly connections: number;
  readonly shares: readonly number[];
  readonly configs: Configs;
}

export type Row = CpuRow | ExtraCostRow | WorkersRow | MemoryRow | LatencyRow;

/** CPU of one window, in microseconds per request. */
export interface Window {
  readonly userMicros: number;
  readonly systemMicros: number;
  readonly requestsPerSecond: number;
  readonly failed: number;
}

/** What was found for one peer in one row. The windows stand in the order of the rounds. */
export interface CpuFinding {
  readonly peer: PeerName;
  readonly windows: readonly Window[];
}

export interface ExtraCostFinding {
  readonly peer: PeerName;
  readonly without: readonly Window[];
  readonly with: readonly Window[];
}

export interface WorkersFinding {
  readonly peer: PeerName;
  readonly one: readonly Window[];
  readonly two: readonly Window[];
  /** False where cores are too few to see two workers at work: then the gain is derived from CPU per request. */
  readonly isThroughput: boolean;
}

export interface MemoryFinding {
  readonly peer: PeerName;
  /** Bytes per connection, or per stream. */
  readonly bytesEach: readonly number[];
}

export interface LatencyFinding {
  readonly peer: PeerName;
  readonly share: number;
  readonly requestsPerSecond: number;
  readonly failed: number;
  readonly rounds: readonly Latency[];
  /** How late the generator itself was, per round, in microseconds. */
  readonly lagP99: readonly number[];
  readonly points: PercentileSeries['points'];
}

/** A row with what came of it; `problems` names the peers that could not be measured, and why. */
export type RowResult = (
  | { readonly kind: 'cpu'; readonly row: CpuRow; readonly findings: readonly CpuFinding[] }
  | {
      readonly kind: 'extra-cost';
      readonly row: ExtraCostRow;
      readonly findings: readonly ExtraCostFinding[];
    }
  | { readonly kind: 'workers'; readonly row: WorkersRow; readonly findings: readonly WorkersFinding[] }
  | { readonly kind: 'memory'; readonly row: MemoryRow; readonly findings: readonly MemoryFinding[] }
  | { readonly kind: 'latency'; readonly row: LatencyRow; readonly findings: readonly LatencyFinding[] }
) & { readonly problems: readonly string[] };
