/** What the loads that hosts tell of themselves (ORCA) count for. */
export type LoadRules = {
  /** Metrics whose greatest is the utilization; where a host gives none, `application_utilization` or its CPU is. */
  readonly metricNames: readonly string[];
  /** What the share of errors adds to utilization, times this. */
  readonly errorPenalty: number;
  /** So long after its first report a host's weight is not believed. */
  readonly blackoutMs: number;
  /** A report that old counts no more. */
  readonly expirationMs: number;
  /** How often weights are worked out. */
  readonly updateMs: number;
};

/** One report, as `xds.data.orca.v3.OrcaLoadReport` has it. */
export interface LoadReport {
  cpu_utilization: number;
  mem_utilization: number;
  application_utilization: number;
  /** Errors per second. */
  eps: number;
  /** Requests per second. */
  rps_fractional: number;
  readonly maps: { readonly [map in LoadMap]: Map<string, number> };
}

export type LoadMap = 'request_cost' | 'utilization' | 'named_metrics';
