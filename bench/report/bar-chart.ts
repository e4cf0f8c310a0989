import { figure } from './figures.js';
import { seriesColour, svgDocument, svgLine, svgRect, svgText } from './svg.js';

export interface Bar {
  /** Name of the series; bars of one series have one colour throughout the chart. */
  readonly series: string;
  readonly value: number;
  /** How much of the value is drawn solid, the rest paler: the user part of CPU time. The whole when left out. */
  readonly solid?: number;
}

export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

export interface BarChart {
  readonly title: string;
  /** Said under the title: the unit, and what solid and pale mean. */
  readonly subtitle: string;
  readonly groups: readonly BarGroup[];
}

const width = 900;
const labelWidth = 190;
const valueWidth = 80;
const barHeight = 14;
const barStep = 18;
const groupGap = 34;
const top = 64;

/**
 * Horizontal bars in groups. Every group has a scale of its own (its longest bar fills the line), because a row of
 * 1 MB bodies and one of 64 bytes share no scale; the figures stand beside the bars.
 */
export function barChart(chart: BarChart): string {
  const series = [...new Set(chart.groups.flatMap((group) => group.bars.map((bar) => bar.series)))];
  const parts = [
    svgText(16, 28, chart.title, { size: 18, weight: 'bold' }),
    svgText(16, 48, chart.subtitle, { colour: '#555555' }),
  ];
  let y = top;
  for (const group of chart.groups) {
    parts.push(svgText(16, y + 14, group.title, { size: 13, weight: 'bold' }));
    y += 22;
    parts.push(...drawBars(group.bars, y, series));
    y += group.bars.length * barStep;
    parts.push(svgLine(16, y + 6, width - 16, y + 6, '#dddddd'));
    y += groupGap - 22;
  }
  return svgDocument(width, y + 12, parts);
}

function drawBars(bars: readonly Bar[], top: number, series: readonly string[]): string[] {
  const room = width - labelWidth - valueWidth - 16;
  const longest = Math.max(
    ...bars.map((bar) => (Number.isFinite(bar.value) ? bar.value : 0)),
    Number.MIN_VALUE,
  );
  return bars.flatMap((bar, i) => {
    const y = top + i * barStep;
    const colour = seriesColour(series.indexOf(bar.series));
    const label = svgText(labelWidth - 8, y + 11, bar.series, { anchor: 'end' });
    if (!Number.isFinite(bar.value))
      return [label, svgText(labelWidth, y + 11, 'no figure', { colour: '#888888' })];
    const length = Math.max(0, (bar.value / longest) * room);
    const solid = bar.solid === undefined || bar.value === 0 ? length : length * (bar.solid / bar.value);
    return [
      label,
      svgRect(labelWidth, y, solid, barHeight, colour),
      svgRect(labelWidth + solid, y, length - solid, barHeight, colour, 0.45),
      svgText(labelWidth + length + 6, y + 11, figure(bar.value)),
    ];
  });
}
