import type { FieldReport } from './verdicts.js';

const VERDICTS = ['honoured', 'no-effect', 'unsupported'] as const;

function counts(reports: readonly FieldReport[]): readonly (readonly [FieldReport['verdict'], number])[] {
  return VERDICTS.map((verdict) => [verdict, reports.filter((r) => r.verdict === verdict).length] as const);
}

function line({ origin, verdict, reason }: FieldReport, width: number): string {
  const place = `${origin.line}:${origin.column}`.padEnd(width);
  return `${place} ${verdict.padEnd(11)} ${origin.path}${reason === '' ? '' : ` (${reason})`}`;
}

/** Percentage of fields that do here what they do in Envoy, or need not do anything; a full file scores 100. */
function scoreOf(reports: readonly FieldReport[]): number {
  if (reports.length === 0) return 100;
  const missing = reports.filter(({ verdict }) => verdict === 'unsupported').length;
  // Rounded down, so that 100 means all of them.
  return Math.floor(((reports.length - missing) / reports.length) * 1000) / 10;
}

/** One line for every field of a file, then how many there are of each verdict, and the score. */
export function reportText(reports: readonly FieldReport[]): string {
  const width = Math.max(0, ...reports.slice(-1).map((r) => `${r.origin.line}:999`.length));
  const summary = counts(reports).map(([verdict, count]) => `${count} ${verdict}`);
  return [
    ...reports.map((report) => line(report, width)),
    `${reports.length} fields: ${summary.join(', ')}`,
    `score: ${scoreOf(reports)} of 100`,
    '',
  ].join('\n');
}

/** The same for programs. */
export function reportJson(reports: readonly FieldReport[]): string {
  const fields = reports.map(({ origin, verdict, reason }) => ({ ...origin, verdict, reason }));
  const summary = Object.fromEntries(counts(reports));
  return `${JSON.stringify({ fields, total: reports.length, summary, score: scoreOf(reports) })}\n`;
}
