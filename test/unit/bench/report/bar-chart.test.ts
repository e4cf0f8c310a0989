import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { barChart } from '../../../../bench/report/bar-chart.js';

/** Every rectangle of the picture beside its background, in order of drawing. */
function rectangles(svg: string): { width: number; fill: string; isPale: boolean }[] {
  return [...svg.matchAll(/<rect [^>]*width="([\d.]+)"[^>]*fill="(#\w+)"([^>]*)\/>/g)]
    .map((found) => ({
      width: Number(found[1]),
      fill: found[2] ?? '',
      isPale: (found[3] ?? '').includes('fill-opacity'),
    }))
    .filter(({ fill }) => fill !== '#ffffff');
}

const group = (title: string, bars: readonly { series: string; value: number; solid?: number }[]) => ({
  title,
  bars,
});

test('bars of one group are as long as their values are to each other', () => {
  const svg = barChart({
    title: 't',
    subtitle: '',
    groups: [
      group('small', [
        { series: 'a', value: 10 },
        { series: 'b', value: 40 },
      ]),
    ],
  });
  const [a, , b] = rectangles(svg);
  ok(a !== undefined && b !== undefined);
  equal(Math.round((b.width / a.width) * 100), 400);
});

test('every group has a scale of its own', () => {
  const svg = barChart({
    title: 't',
    subtitle: '',
    groups: [group('small', [{ series: 'a', value: 10 }]), group('large', [{ series: 'a', value: 1000 }])],
  });
  const solid = rectangles(svg).filter((bar) => !bar.isPale);
  equal(solid.length, 2);
  equal(solid[0]?.width, solid[1]?.width);
});

test('the pale part is what the solid part leaves of the value', () => {
  const svg = barChart({
    title: 't',
    subtitle: '',
    groups: [group('g', [{ series: 'a', value: 20, solid: 5 }])],
  });
  const [solid, pale] = rectangles(svg);
  ok(solid !== undefined && pale !== undefined);
  equal(pale.isPale, true);
  equal(Math.round(pale.width / solid.width), 3);
});

test('a series keeps its colour from group to group', () => {
  const svg = barChart({
    title: 't',
    subtitle: '',
    groups: [
      group('one', [
        { series: 'a', value: 1 },
        { series: 'b', value: 1 },
      ]),
      group('two', [{ series: 'b', value: 1 }]),
    ],
  });
  const colours = rectangles(svg)
    .filter((bar) => !bar.isPale)
    .map((bar) => bar.fill);
  equal(colours[1], colours[2]);
  ok(colours[0] !== colours[1]);
});

test('a bar without a figure says so and draws nothing', () => {
  const svg = barChart({
    title: 't',
    subtitle: '',
    groups: [group('g', [{ series: 'a', value: Number.NaN }])],
  });
  match(svg, /no figure/);
  deepEqual(rectangles(svg), []);
});

test('names are escaped', () => {
  const svg = barChart({ title: 'a < b & "c"', subtitle: '', groups: [] });
  match(svg, /a &lt; b &amp; &quot;c&quot;/);
});
