import type { AttemptAutopsy, ClusterFailures, IdleCloseView } from '../api/autopsy.js';
import { timeText } from '../base/time-text.js';
import { autopsySentence, idleAdvice } from '../format/autopsy-text.js';
import { type Endpoint, jsonPage, textAnswer } from './endpoint.js';
import type { WorkerFailures } from './views.js';

/** The failures of one cluster over all workers. */
interface ClusterReport {
  readonly cluster: string;
  /** Since start, those that are forgotten included. */
  readonly total: number;
  /** By cause, of the listed ones. */
  readonly causes: { readonly [cause: string]: number };
  readonly idle_closes: IdleCloseView | null;
  readonly idle_timeout_ms: number;
  readonly origin: string;
  /** Empty when there is nothing to change. */
  readonly advice: string;
  readonly failures: readonly AttemptAutopsy[];
}

/** Not one of Envoy's pages: the last upstream attempts that failed, and why. */
export const failures: Endpoint = {
  path: '/failures',
  help: 'last failed upstream attempts of each cluster, with their causes',
  params: [
    { name: 'cluster', help: 'Name of the only cluster to tell of' },
    { name: 'format', help: 'Format to use; One of (text, json)' },
  ],
  async answer({ query }, views) {
    const reports = byCluster(await views.failures(query.get('cluster') ?? ''));
    if (query.get('format') === 'json') return jsonPage({ clusters: reports });
    return textAnswer(reports.length === 0 ? 'no upstream attempt has failed\n' : reports.map(text).join(''));
  },
};

function byCluster(workers: readonly WorkerFailures[]): readonly ClusterReport[] {
  const parts = new Map<string, ClusterFailures[]>();
  for (const failed of workers.flatMap(({ clusters }) => clusters)) {
    const known = parts.get(failed.cluster);
    if (known === undefined) parts.set(failed.cluster, [failed]);
    else known.push(failed);
  }
  return [...parts.values()]
    .map((ofCluster) => reportOf(ofCluster))
    .toSorted((a, b) => (a.cluster < b.cluster ? -1 : 1));
}

function reportOf(parts: readonly ClusterFailures[]): ClusterReport {
  const { cluster = '', idleTimeoutMs = 0, origin = '' } = parts[0] ?? {};
  const last = parts.flatMap((part) => part.last).toSorted((a, b) => a.wallMs - b.wallMs);
  const closes = mergedCloses(parts.map(({ idleCloses }) => idleCloses));
  return {
    cluster,
    total: parts.reduce((sum, { total }) => sum + total, 0),
    causes: countsOf(last),
    idle_closes: closes,
    idle_timeout_ms: idleTimeoutMs,
    origin,
    advice: idleAdvice(cluster, closes, idleTimeoutMs, origin),
    failures: last,
  };
}

function countsOf(autopsies: readonly AttemptAutopsy[]): { readonly [cause: string]: number } {
  const counts: { [cause: string]: number } = {};
  for (const { cause } of autopsies) counts[cause] = (counts[cause] ?? 0) + 1;
  return counts;
}

/** The typical time is that of the worker that has seen most. */
function mergedCloses(views: readonly (IdleCloseView | null)[]): IdleCloseView | null {
  const known = views.filter((view) => view !== null).toSorted((a, b) => b.count - a.count);
  const [busiest] = known;
  if (busiest === undefined) return null;
  return {
    count: known.reduce((sum, { count }) => sum + count, 0),
    minMs: Math.min(...known.map(({ minMs }) => minMs)),
    typicalMs: busiest.typicalMs,
  };
}

function text(report: ClusterReport): string {
  const { cluster, total, causes, idle_closes: closes, advice } = report;
  const counts = Object.entries(causes).map(([cause, count]) => `${count} ${cause}`);
  const lines = [
    `${cluster}: ${total} failed attempts${counts.length === 0 ? '' : `; ${counts.join(', ')}`}`,
  ];
  if (closes !== null)
    lines.push(
      `  idle connections closed by the upstream: ${closes.count}, after ${timeText(closes.minMs)} at least, ${timeText(closes.typicalMs)} typically`,
    );
  if (advice !== '') lines.push(`  advice: ${advice}`);
  for (const autopsy of report.failures) lines.push(`  ${failureLine(autopsy)}`);
  return `${lines.join('\n')}\n`;
}

function failureLine(autopsy: AttemptAutopsy): string {
  const { wallMs, cause, host, attempt } = autopsy;
  const where = host === '' ? '' : ` ${host}`;
  return `${new Date(wallMs).toISOString()} ${cause}${where} attempt ${attempt}: ${autopsySentence(autopsy)}`;
}
