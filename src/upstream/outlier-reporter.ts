import type { OutlierReport } from '../api/messages-upstream.js';
import type { RuntimeView } from '../api/runtime.js';
import { ErrorRun } from '../api/upstream.js';
import type { OutlierConfig } from './outlier-config.js';

/** Told by a thread's hosts of what outlier detection on main has to know. */
export interface OutlierReporter {
  /** Failures to reach the host count apart from its answers. */
  readonly splitsOrigins: boolean;
  /** Answers that call themselves degraded matter. */
  readonly detectsDegraded: boolean;
  /** So many errors of that kind in a row are too many. */
  limitOf(run: ErrorRun): number;
  report(slot: number, kind: OutlierReport['kind']): void;
}

const runtimeKeys: { readonly [run in ErrorRun]: string } = {
  [ErrorRun.server]: 'outlier_detection.consecutive_5xx',
  [ErrorRun.gateway]: 'outlier_detection.consecutive_gateway_failure',
  [ErrorRun.local]: 'outlier_detection.consecutive_local_origin_failure',
};

/** The reporter of one cluster in one thread; runtime keys override its limits. */
export function outlierReporter(
  config: OutlierConfig,
  runtime: RuntimeView,
  report: OutlierReporter['report'],
): OutlierReporter {
  const limits: { readonly [run in ErrorRun]: number } = {
    [ErrorRun.server]: config.consecutive5xx,
    [ErrorRun.gateway]: config.consecutiveGateway,
    [ErrorRun.local]: config.consecutiveLocal,
  };
  return {
    splitsOrigins: config.splitsOrigins,
    detectsDegraded: config.detectsDegraded,
    limitOf: (run) => runtime.number(runtimeKeys[run], limits[run]),
    report,
  };
}
