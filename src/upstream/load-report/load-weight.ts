import type { LoadMap, LoadReport, LoadRules } from '../../api/load-report.js';

const greatestWeight = 0xffff_ffff;

/** Requests per second over utilization: what the host could carry at its full; 0 when the report does not say. */
export function loadWeight(report: LoadReport, rules: LoadRules): number {
  const { rps_fractional: rate, eps } = report;
  if (!(rate > 0)) return 0;
  const utilization = utilizationOf(report, rules.metricNames) + (rules.errorPenalty * eps) / rate;
  if (!(utilization > 0)) return 0;
  return Math.max(1, Math.min(greatestWeight, Math.trunc(rate / utilization)));
}

function utilizationOf(report: LoadReport, names: readonly string[]): number {
  let most = 0;
  for (const name of names) most = Math.max(most, metricOf(report, name));
  if (most > 0) return most;
  return report.application_utilization > 0 ? report.application_utilization : report.cpu_utilization;
}

/** `cpu_utilization`, `named_metrics.queue`, or the greatest of `named_metrics.*`. */
function metricOf(report: LoadReport, name: string): number {
  const dot = name.indexOf('.');
  const root = dot < 0 ? name : name.slice(0, dot);
  switch (root) {
    case 'cpu_utilization':
    case 'mem_utilization':
    case 'application_utilization':
    case 'eps':
    case 'rps_fractional':
      return dot < 0 ? report[root] : 0;
    case 'request_cost':
    case 'utilization':
    case 'named_metrics':
      return dot < 0 ? 0 : entryOf(report, root, name.slice(dot + 1));
    default:
      return 0;
  }
}

function entryOf(report: LoadReport, map: LoadMap, key: string): number {
  const values = report.maps[map];
  return key === '*' ? Math.max(0, ...values.values()) : (values.get(key) ?? 0);
}
