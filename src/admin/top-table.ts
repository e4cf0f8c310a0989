import type { TopGroup, TopSample } from './top-sample.js';

interface Row {
  readonly rate: number;
  readonly cells: readonly string[];
}

const titles = [
  '',
  'RQ/S',
  'ACTIVE',
  'P50 MS',
  'P99 MS',
  '4XX/S',
  '5XX/S',
  'RETRY/S',
  'HOSTS',
  'OUT',
  'CX',
  'TROUBLE',
];

/** What happened between two samples, busiest first; `rows` at most, 0 for all. */
export function topTable(before: TopSample, after: TopSample, rows = 0): string {
  const seconds = Math.max(0.001, (after.atMs - before.atMs) / 1000);
  const all = [...after.groups.values()].map((group) =>
    rowOf(group, before.groups.get(group.title), seconds, after.causes),
  );
  all.sort((a, b) => b.rate - a.rate || ((a.cells[0] ?? '') < (b.cells[0] ?? '') ? -1 : 1));
  const told = rows === 0 ? all : all.slice(0, rows);
  const left = all.length - told.length;
  return `${aligned([titles, ...told.map(({ cells }) => cells)])}${left > 0 ? `… and ${left} more\n` : ''}`;
}

function rowOf(
  group: TopGroup,
  before: TopGroup | undefined,
  seconds: number,
  causes: TopSample['causes'],
): Row {
  const { counts } = group;
  const now = (stat: string): number => counts.get(stat) ?? 0;
  // A counter that went backwards was reset: what it shows is what came since.
  const perSecond = (stat: string): number => {
    const grown = now(stat) - (before?.counts.get(stat) ?? 0);
    return (grown < 0 ? now(stat) : grown) / seconds;
  };
  const isCluster = group.title.startsWith('cluster ');
  const hosts = `${now('membership_healthy') + now('membership_degraded')}/${now('membership_total')}`;
  const rate = perSecond('upstream_rq_total');
  return {
    rate,
    cells: [
      group.title,
      rateText(rate),
      isCluster ? String(now('upstream_rq_active')) : '',
      timeText(group.p50),
      timeText(group.p99),
      rateText(perSecond('upstream_rq_4xx')),
      rateText(perSecond('upstream_rq_5xx')),
      rateText(perSecond('upstream_rq_retry')),
      isCluster ? hosts : '',
      isCluster ? String(now('outlier_detection.ejections_active')) : '',
      isCluster ? String(now('upstream_cx_active')) : '',
      isCluster ? troubleOf(group, causes) : '',
    ],
  };
}

/** Breakers that are open, then why attempts failed, the most frequent cause first. */
function troubleOf({ title, counts }: TopGroup, causes: TopSample['causes']): string {
  const open = [...counts]
    .filter(([stat, value]) => stat.startsWith('circuit_breakers.') && value > 0)
    .map(([stat]) => stat.slice('circuit_breakers.'.length));
  const failed = [...(causes.get(title.slice('cluster '.length)) ?? [])]
    .sort((a, b) => b[1] - a[1])
    .map(([cause, count]) => `${count} ${cause}`);
  return [...open, ...failed].join(', ');
}

function rateText(rate: number): string {
  return rate === 0 ? '0' : rate < 10 ? rate.toFixed(1) : String(Math.round(rate));
}

function timeText(ms: number | undefined): string {
  return ms === undefined ? '-' : ms < 10 ? ms.toFixed(1) : String(Math.round(ms));
}

/** The first and the last column are texts, the others numbers. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = titles.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  const last = titles.length - 1;
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => {
          if (column === last) return cell;
          return column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
        })
        .join('  ')
        .trimEnd(),
    )
    .map((text) => `${text}\n`)
    .join('');
}
