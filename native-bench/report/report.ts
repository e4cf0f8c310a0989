import { barChart } from '../../bench/report/bar-chart.js';
import { figure } from '../../bench/report/figures.js';
import { describeMachine, type Machine } from '../../bench/report/machine.js';
import type { Results } from '../../bench/report/results.js';
import { left, markdownTable, right, type Table } from '../../bench/report/table.js';
import { type Verdict, verdictWord } from '../../bench/report/verdict.js';
import type { PeerName, RowResult } from '../contracts.js';
import type { Section } from './section.js';
import { sectionOf } from './section-of.js';

export interface RunFacts {
  readonly machine: Machine;
  readonly pairs: number;
  readonly seconds: number;
  readonly origin: string;
  readonly cpuNote: string;
  readonly versions: Readonly<Partial<Record<PeerName, string>>>;
  /** Peers that are not here, and why. */
  readonly missing: Readonly<Partial<Record<PeerName, string>>>;
}

const subtitle =
  'CPU µs per request of the proxy process, solid user, pale system, unless a row says otherwise';

export function nativeReport(facts: RunFacts, results: readonly RowResult[]): Results {
  const sections = results.map(sectionOf);
  const verdicts = sections.flatMap((section) => section.verdicts);
  return {
    json: { ...facts, verdicts, results },
    markdown: [
      '# Sluice beside native proxies',
      factsList(facts),
      '## Goals',
      verdicts.length === 0 ? 'No goal could be judged in this run.' : markdownTable(goalTable(verdicts)),
      '![CPU per request](native.svg)',
      ...results.map((result, i) => sectionText(sections[i], result.problems)),
      '',
    ].join('\n\n'),
    svg: barChart({
      title: 'Sluice beside native proxies',
      subtitle,
      groups: sections.map((section) => section.bars).filter((group) => group.bars.length > 0),
    }),
  };
}

function factsList(facts: RunFacts): string {
  const versions = Object.entries(facts.versions).map(([name, version]) => `${name} ${version}`);
  const missing = Object.entries(facts.missing).map(([name, why]) => `${name}: ${why}`);
  return [
    `- Machine: ${describeMachine(facts.machine)}`,
    `- ${facts.cpuNote} One worker each, stats on where a proxy has them; origin: ${facts.origin}.`,
    `- ${facts.pairs} interleaved rounds of ${facts.seconds} s windows after a warm-up; medians, spread in brackets. ` +
      'A ratio is the median of the ratios within each round. CPU is user + system of the whole process tree.',
    `- Measured: ${versions.join(', ')}`,
    `- Missing: ${missing.length === 0 ? 'none' : missing.join('; ')}`,
  ].join('\n');
}

/** Every goal with what was reached. */
export function goalTable(verdicts: readonly Verdict[]): Table {
  return {
    columns: [
      left('row'),
      left('against'),
      left('measure'),
      right('reached'),
      right('goal'),
      left('verdict'),
    ],
    rows: verdicts.map((verdict) => [
      verdict.row,
      verdict.against,
      verdict.measure,
      figure(verdict.value),
      figure(verdict.goal),
      verdictWord(verdict),
    ]),
  };
}

function sectionText(section: Section | undefined, problems: readonly string[]): string {
  if (section === undefined) return '';
  const failed = problems.map((problem) => `- Not measured: ${problem.replaceAll('\n', ' ')}`);
  return [`## ${section.title}`, section.load, markdownTable(section.table), failed.join('\n')]
    .filter((part) => part !== '')
    .join('\n\n');
}
