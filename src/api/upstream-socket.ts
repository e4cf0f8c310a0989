import type { SocketOptionConfig } from './socket-options.js';

/** How sockets to the hosts of a cluster are made. */
export type UpstreamSocketConfig = {
  /** Address that connections to IPv4 or IPv6 hosts come from; empty = the system's choice. */
  readonly sourceIp4: string;
  readonly sourceIp6: string;
  /** 0 = any. */
  readonly sourcePort: number;
  readonly options: readonly SocketOptionConfig[];
};
