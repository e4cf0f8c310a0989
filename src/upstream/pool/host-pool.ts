import type { HttpPool } from '../../api/upstream.js';

/** A pool as the cluster that owns it sees it, whatever protocol its connections speak. */
export interface HostPool extends HttpPool {
  /** No new requests from now on: idle connections close, busy ones after their last request. */
  drain(): void;
  closeIdle(): void;
}
