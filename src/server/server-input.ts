import type { ConfigDump } from '../api/config-dump.js';
import type { BootstrapModel } from '../config/bootstrap.js';
import type { Snapshot } from '../plane/snapshot.js';
import type { ProcessLog } from './log.js';
import type { ServerOptions } from './options.js';
import type { WorkerThreads } from './worker-threads.js';

/** What start-up was given. */
export interface ServerInput {
  readonly options: ServerOptions;
  readonly model: BootstrapModel;
  readonly snapshot: Snapshot;
  /** The bootstrap as `/config_dump` shows it. */
  readonly dump: ConfigDump;
  readonly log: ProcessLog;
  /** One per worker. */
  readonly threads: WorkerThreads;
}
