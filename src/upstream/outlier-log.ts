import type { Detector } from './outlier-config.js';
import type { RateSummary } from './success-rates.js';

const eventTypes: { readonly [detector in Detector]: string } = {
  consecutive_5xx: 'CONSECUTIVE_5XX',
  consecutive_gateway_failure: 'CONSECUTIVE_GATEWAY_FAILURE',
  consecutive_local_origin_failure: 'CONSECUTIVE_LOCAL_ORIGIN_FAILURE',
  success_rate: 'SUCCESS_RATE',
  local_origin_success_rate: 'SUCCESS_RATE_LOCAL_ORIGIN',
  failure_percentage: 'FAILURE_PERCENTAGE',
  failure_percentage_local_origin: 'FAILURE_PERCENTAGE_LOCAL_ORIGIN',
};

/** What a line of the event log tells beside the event itself. */
export interface OutlierEvent {
  readonly wallMs: number;
  /** Since the host last came back, for a return since it went; null the first time. */
  readonly sinceLastMs: number | null;
  readonly cluster: string;
  readonly host: string;
  readonly ejections: number;
}

/** What an ejection goes back to. */
export interface EjectionCause {
  readonly detector: Detector;
  readonly isEnforced: boolean;
  readonly rate: number;
  readonly summary: RateSummary | null;
}

function head(type: string, event: OutlierEvent): object {
  return {
    type,
    timestamp: new Date(event.wallMs).toISOString(),
    ...(event.sinceLastMs === null
      ? {}
      : { secs_since_last_action: String(Math.trunc(event.sinceLastMs / 1000)) }),
    cluster_name: event.cluster,
    upstream_url: event.host,
  };
}

/** One line, as `envoy.data.cluster.v3.OutlierDetectionEvent` prints as JSON. */
export function ejectionLine(event: OutlierEvent, cause: EjectionCause): string {
  const { detector, isEnforced } = cause;
  return `${JSON.stringify({
    ...head(eventTypes[detector], event),
    action: 'EJECT',
    num_ejections: event.ejections,
    enforced: isEnforced,
    ...details(cause),
  })}\n`;
}

/** A host that calls itself degraded is marked, without being ejected. */
export function degradedLine(event: OutlierEvent): string {
  return `${JSON.stringify({
    ...head('DEGRADED', event),
    action: 'EJECT',
    num_ejections: event.ejections,
    enforced: true,
    eject_consecutive_event: {},
  })}\n`;
}

export function returnLine(event: OutlierEvent): string {
  return `${JSON.stringify({
    ...head('CONSECUTIVE_5XX', event),
    action: 'UNEJECT',
    num_ejections: event.ejections,
    enforced: false,
  })}\n`;
}

/** Rates are whole numbers there. */
function details({ detector, rate, summary }: EjectionCause): object {
  if (detector.startsWith('consecutive')) return { eject_consecutive_event: {} };
  if (detector.startsWith('failure')) {
    return { eject_failure_percentage_event: { host_success_rate: Math.trunc(rate) } };
  }
  return {
    eject_success_rate_event: {
      host_success_rate: Math.trunc(rate),
      cluster_average_success_rate: Math.trunc(summary?.average ?? 0),
      cluster_success_rate_ejection_threshold: Math.max(0, Math.trunc(summary?.threshold ?? 0)),
    },
  };
}
