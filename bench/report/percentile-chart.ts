import { duration } from './figures.js';
import { seriesColour, svgDocument, svgLine, svgPath, svgRect, svgText } from './svg.js';

export interface PercentileSeries {
  readonly name: string;
  /** Latency in microseconds by percentile (0–100), in rising order. */
  readonly points: readonly { readonly percentile: number; readonly micros: number }[];
}

export interface PercentileChart {
  readonly title: string;
  readonly subtitle: string;
  readonly series: readonly PercentileSeries[];
}

const width = 900;
const height = 460;
const plot = { left: 80, right: 868, top: 70, bottom: 400 };
/** Where the horizontal axis has its marks; each step of nines takes the same room. */
const marks = [0, 50, 90, 99, 99.9, 99.99];

/** Latency by percentile: the horizontal axis in nines, the vertical one in decades, one line a series. */
export function percentileChart(chart: PercentileChart): string {
  const values = chart.series
    .flatMap((line) => line.points.map((point) => point.micros))
    .filter((v) => v > 0);
  const floor = Math.floor(Math.log10(Math.min(...values, 1e6)));
  const ceiling = Math.max(floor + 1, Math.ceil(Math.log10(Math.max(...values, 1))));
  const yOf = (micros: number) => {
    const share = (Math.log10(Math.max(micros, 10 ** floor)) - floor) / (ceiling - floor);
    return plot.bottom - share * (plot.bottom - plot.top);
  };
  const legendRows = Math.ceil(chart.series.length / 4);
  return svgDocument(width, height + legendRows * 18, [
    svgText(16, 28, chart.title, { size: 18, weight: 'bold' }),
    svgText(16, 48, chart.subtitle, { colour: '#555555' }),
    ...axes(floor, ceiling, yOf),
    ...chart.series.map((line, i) => drawSeries(line, i, yOf)),
    ...chart.series.flatMap((line, i) => legend(line.name, i)),
  ]);
}

function xOf(percentile: number): number {
  const last = marks[marks.length - 1] ?? 99.99;
  const nines = (p: number) => -Math.log10(1 - Math.min(p, last) / 100);
  return plot.left + (nines(percentile) / nines(last)) * (plot.right - plot.left);
}

function axes(floor: number, ceiling: number, yOf: (micros: number) => number): string[] {
  const parts: string[] = [];
  for (let decade = floor; decade <= ceiling; decade++) {
    const y = yOf(10 ** decade);
    parts.push(svgLine(plot.left, y, plot.right, y, '#dddddd'));
    parts.push(svgText(plot.left - 8, y + 4, duration(10 ** decade), { anchor: 'end' }));
  }
  for (const mark of marks) {
    parts.push(svgLine(xOf(mark), plot.top, xOf(mark), plot.bottom, '#eeeeee'));
    parts.push(svgText(xOf(mark), plot.bottom + 18, `p${mark}`, { anchor: 'middle' }));
  }
  return parts;
}

function drawSeries(line: PercentileSeries, index: number, yOf: (micros: number) => number): string {
  const points = line.points.map((point): [number, number] => [xOf(point.percentile), yOf(point.micros)]);
  return svgPath(points, seriesColour(index));
}

function legend(name: string, index: number): string[] {
  const x = plot.left + (index % 4) * 200;
  const y = plot.bottom + 36 + Math.floor(index / 4) * 18;
  return [svgRect(x, y, 14, 10, seriesColour(index)), svgText(x + 20, y + 10, name)];
}
