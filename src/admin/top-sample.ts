/** The stats of one thing that serves: a cluster, or a route that has stats of its own. */
export interface TopGroup {
  /** `cluster origin`, `route shop/cart` */
  readonly title: string;
  readonly counts: Map<string, number>;
  /** Milliseconds; undefined while nothing was measured. */
  p50?: number;
  p99?: number;
}

/** What a proxy had counted at one time. */
export interface TopSample {
  readonly atMs: number;
  readonly groups: ReadonlyMap<string, TopGroup>;
  /** Failed attempts of each cluster by cause, of those that it remembers. */
  readonly causes: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

const perCluster =
  'upstream_rq_(total|retry|active|[45]xx|time)|upstream_cx_active|membership_(total|healthy|degraded)|' +
  'outlier_detection\\.ejections_active|circuit_breakers\\.(default|high)\\.\\w+_open';

/** Which stats a sample is made of, for the admin page's filter. */
export const topFilter = `^(cluster|vhost)\\..*\\.(${perCluster})$`;

const line = new RegExp(`^(cluster|vhost)\\.(.+?)\\.(${perCluster}): (.*)$`);

/** Reads the text form of `/stats`, and the JSON form of `/failures`. */
export function topSample(atMs: number, stats: string, failures: string): TopSample {
  const groups = new Map<string, TopGroup>();
  for (const text of stats.split('\n')) {
    const found = line.exec(text);
    if (found === null) continue;
    const [, kind = '', name = '', stat = ''] = found;
    const value = found.at(-1) ?? '';
    const title =
      kind === 'cluster' ? `cluster ${name}` : `route ${name.replace(/\.(route|vcluster)\./, '/')}`;
    let group = groups.get(title);
    if (group === undefined) {
      group = { title, counts: new Map() };
      groups.set(title, group);
    }
    if (stat === 'upstream_rq_time') noteTimes(group, value);
    else group.counts.set(stat, Number(value));
  }
  // Parts of a cluster's own stats, such as those of its canaries, are no clusters.
  for (const [title, { counts }] of groups)
    if (title.startsWith('cluster ') && !counts.has('membership_total')) groups.delete(title);
  return { atMs, groups, causes: causesOf(failures) };
}

/** `P0(nan,1) P25(1.02,1.05) …`: of the last interval, and since the start. */
function noteTimes(group: TopGroup, text: string): void {
  for (const [, percent, interval = '', all = ''] of text.matchAll(/\bP(50|99)\(([^,]+),([^)]+)\)/g)) {
    const ms = Number(interval === 'nan' ? all : interval);
    if (Number.isNaN(ms)) continue;
    if (percent === '50') group.p50 = ms;
    else group.p99 = ms;
  }
}

interface FailuresPage {
  readonly clusters?: readonly {
    readonly cluster: string;
    readonly causes: { readonly [cause: string]: number };
  }[];
}

function causesOf(page: string): TopSample['causes'] {
  let parsed: FailuresPage = {};
  try {
    parsed = JSON.parse(page) as FailuresPage;
  } catch {
    // A proxy that has no such page has no causes.
  }
  return new Map(
    (parsed.clusters ?? []).map(({ cluster, causes }) => [cluster, new Map(Object.entries(causes))] as const),
  );
}
