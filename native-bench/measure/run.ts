import type { Child, Children } from '../../bench/process/children.js';
import type { OriginKind, Peer, PeerName } from '../contracts.js';
import type { Cpus } from './cpus.js';

/** What every measurement of one run shares. */
export interface Run {
  readonly children: Children;
  /** The peers found here and asked for, Sluice first. */
  readonly peers: readonly Peer[];
  /** Where the origins listen; one that is missing here has no port. */
  readonly originPorts: Readonly<Partial<Record<OriginKind, number>>>;
  readonly cpus: Cpus;
  /** Interleaved rounds: how many windows each proxy gets in a row. */
  readonly pairs: number;
  /** Length of one window. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Temporary; removed at the end. */
  readonly folder: string;
}

/** A proxy that serves and has been warmed up. */
export interface RunningProxy {
  readonly peer: PeerName;
  readonly port: number;
  readonly child: Child;
  readonly workers: number;
}
