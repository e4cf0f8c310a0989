import type { Children } from '../../bench/process/children.js';
import type { Peer } from '../contracts.js';
import type { Cpus } from './cpus.js';

/** What every measurement of one run shares. */
export interface Run {
  readonly children: Children;
  /** The peers found here and asked for, Sluice first. */
  readonly peers: readonly Peer[];
  readonly originPort: number;
  /** 0: there is no redis-server. */
  readonly redisPort: number;
  readonly cpus: Cpus;
  /** Interleaved rounds: how many windows each proxy gets in a row. */
  readonly pairs: number;
  /** Length of one window. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Temporary; removed at the end. */
  readonly folder: string;
}
