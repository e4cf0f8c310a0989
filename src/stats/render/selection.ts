import { RE2JS } from 're2js';

export type BucketMode = 'summary' | 'cumulative' | 'disjoint' | 'detailed' | 'none';
export type StatType = 'All' | 'Counters' | 'Gauges' | 'Histograms' | 'TextReadouts';

/** Which stats a page shows, and how. */
export interface StatSelection {
  readonly usedOnly: boolean;
  readonly type: StatType;
  /** Undefined shows every name. */
  readonly filter: ((name: string) => boolean) | undefined;
  readonly buckets: BucketMode;
}

export const EVERYTHING: StatSelection = { usedOnly: false, type: 'All', filter: undefined, buckets: 'none' };

const TYPES: readonly StatType[] = ['All', 'Counters', 'Gauges', 'Histograms', 'TextReadouts'];
const PAGE_BUCKETS: readonly BucketMode[] = ['summary', 'cumulative', 'disjoint', 'detailed', 'none'];
const PROMETHEUS_BUCKETS: readonly BucketMode[] = ['cumulative', 'summary', 'none'];
/** No stat is hidden here. */
const HIDDEN: readonly string[] = ['include', 'only', 'exclude'];
const BUCKETS_USAGE =
  'usage: /stats?histogram_buckets=(cumulative|disjoint|detailed|summary|prometheusnative)\n';

/** What the query of `/stats` asks for, or the text of a 400. */
export function parseSelection(query: URLSearchParams): StatSelection | string {
  const mode = query.get('histogram_buckets') || 'none';
  if (mode === 'prometheusnative') return 'Invalid histogram_buckets type for non prometheus stats type';
  return select(query, PAGE_BUCKETS, mode);
}

/** What the query of `/stats/prometheus` asks for, or the text of a 400. */
export function parsePrometheusSelection(query: URLSearchParams): StatSelection | string {
  const mode = query.get('histogram_buckets') || 'cumulative';
  if (mode === 'detailed' || mode === 'disjoint') return 'unsupported prometheus histogram bucket mode';
  if (mode === 'prometheusnative') {
    return 'unsupported prometheusnative histogram type when not using protobuf exposition format';
  }
  return select(query, PROMETHEUS_BUCKETS, mode);
}

function select(query: URLSearchParams, modes: readonly BucketMode[], mode: string): StatSelection | string {
  const buckets = modes.find((known) => known === mode);
  if (buckets === undefined) return BUCKETS_USAGE;
  const hidden = query.get('hidden') || 'exclude';
  if (!HIDDEN.includes(hidden)) return 'usage: /stats?hidden=(include|only|exclude)\n\n';
  const filter =
    hidden === 'only' ? () => false : parseFilter(query.get('filter') ?? '', query.has('invert_filter'));
  if (typeof filter === 'string') return filter;
  const type = TYPES.find((known) => known === (query.get('type') || 'All'));
  if (type === undefined) return 'invalid &type= param';
  return { usedOnly: query.has('usedonly'), type, filter, buckets };
}

function parseFilter(text: string, isInverted: boolean): ((name: string) => boolean) | undefined | string {
  if (text === '') return undefined;
  const regex = compileFilter(text);
  if (typeof regex === 'string') return `Invalid re2 regex: ${regex}`;
  return (name) => regex.test(name) !== isInverted;
}

/** An expression of an admin query, or what is wrong with it. */
export function compileFilter(text: string): RE2JS | string {
  try {
    return RE2JS.compile(text);
  } catch (error) {
    return re2Words(error instanceof Error ? error.message : String(error));
  }
}

/** The library's words for a bad expression in those of RE2 itself. */
function re2Words(message: string): string {
  return message
    .replace(/^error parsing regexp: /, '')
    .replace('missing closing', 'missing')
    .replace('missing argument to', 'no argument for')
    .replace(/`(.*)`$/, '$1');
}
