import { statBlock } from '../api/stats.js';

/** `server.`: what main counts; gauges are worked out when they are read. */
export const S = statBlock({
  counters: [
    'debug_assertion_failures',
    'dropped_stat_flushes',
    'dynamic_unknown_fields',
    'envoy_bug_failures',
    'envoy_notifications',
    'static_unknown_fields',
    'wip_protos',
    'worker_restarts',
  ],
  histograms: ['initialization_time_ms'],
});

export type ServerState = 'LIVE' | 'DRAINING' | 'PRE_INITIALIZING' | 'INITIALIZING';

/** Values of the gauge `server.state`. */
export const serverStateNumbers: { readonly [state in ServerState]: number } = {
  LIVE: 0,
  DRAINING: 1,
  PRE_INITIALIZING: 2,
  INITIALIZING: 3,
};
