import { certs } from './certs.js';
import { clusters } from './clusters.js';
import { configDump } from './config-dump.js';
import { contention } from './contention.js';
import { drainListeners } from './drain-listeners.js';
import { type AdminAnswer, type AdminRequest, type Endpoint, textAnswer } from './endpoint.js';
import { explain } from './explain.js';
import { failures } from './failures.js';
import { healthCheckFail, healthCheckOk } from './health-check.js';
import { helpPage, helpTable } from './help.js';
import { homePage } from './home.js';
import { hotRestartVersion } from './hot-restart-version.js';
import { initDump } from './init-dump.js';
import { listeners } from './listeners.js';
import { logging } from './logging.js';
import { memory } from './memory.js';
import {
  allocProfiler,
  cpuProfiler,
  heapDump,
  heapProfiler,
  memoryTcmalloc,
  peakHeapDump,
} from './profilers.js';
import { quitquitquit } from './quitquitquit.js';
import { ready } from './ready.js';
import {
  recentLookups,
  recentLookupsClear,
  recentLookupsDisable,
  recentLookupsEnable,
} from './recent-lookups.js';
import { reopenLogs } from './reopen-logs.js';
import { resetCounters } from './reset-counters.js';
import { runtime } from './runtime.js';
import { runtimeModify } from './runtime-modify.js';
import { serverInfo } from './server-info.js';
import { stats } from './stats.js';
import { statsPrometheus } from './stats-prometheus.js';
import type { AdminViews } from './views.js';

/** Every admin page, sorted by path. */
export const endpoints: readonly Endpoint[] = [
  homePage(() => endpoints),
  allocProfiler,
  certs,
  clusters,
  configDump,
  contention,
  cpuProfiler,
  drainListeners,
  explain,
  failures,
  healthCheckFail,
  healthCheckOk,
  heapDump,
  heapProfiler,
  helpPage(() => endpoints),
  hotRestartVersion,
  initDump,
  listeners,
  logging,
  memory,
  memoryTcmalloc,
  peakHeapDump,
  quitquitquit,
  ready,
  reopenLogs,
  resetCounters,
  runtime,
  runtimeModify,
  serverInfo,
  stats,
  statsPrometheus,
  recentLookups,
  recentLookupsClear,
  recentLookupsDisable,
  recentLookupsEnable,
];

const byPath = new Map(endpoints.map((endpoint) => [endpoint.path, endpoint]));

/** Whether a path, with its query, may be asked for at all. */
export type PathRule = (target: string) => boolean;

/** Without repeated slashes and dot segments (RFC 3986 section 5.2.4). */
function plainPath(path: string): string {
  if (!path.includes('//') && !path.includes('/.')) return path;
  const kept: string[] = [];
  const segments = path.split('/').filter((segment) => segment !== '');
  for (const segment of segments) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}${path.endsWith('/') && kept.length > 0 ? '/' : ''}`;
}

/** Answers a request of the admin server. */
export function adminAnswer(
  request: AdminRequest,
  views: AdminViews,
  mayAsk: PathRule,
): AdminAnswer | Promise<AdminAnswer> {
  const { method, path, target } = request;
  if (!mayAsk(target)) return textAnswer(`request to path ${target} not allowed`, 403);
  const endpoint = byPath.get(plainPath(path));
  if (endpoint === undefined) return textAnswer(`invalid path. ${helpTable(endpoints)}`, 404);
  if (endpoint.changesState === true && method !== 'POST') {
    return textAnswer(`Method ${method} not allowed, POST required.`, 405);
  }
  return endpoint.answer(request, views);
}
