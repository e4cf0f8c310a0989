/** When the hosts of a Redis Cluster are asked for its slots. */
export type RedisClusterConfig = {
  readonly refreshMs: number;
  /** How long an answer may take. */
  readonly timeoutMs: number;
  /** Between two times that one of the following made it ask. */
  readonly leastIntervalMs: number;
  /** So many redirections, failures, or hosts that became unwell, make it ask at once; 0 = never. */
  readonly redirections: number;
  readonly failures: number;
  readonly degradedHosts: number;
  /** Hosts are asked for their zone, too. */
  readonly findsZones: boolean;
};
