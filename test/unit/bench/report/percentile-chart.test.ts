import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { percentileChart } from '../../../../bench/report/percentile-chart.js';

function linePoints(svg: string): number[][][] {
  return [...svg.matchAll(/<polyline points="([^"]+)"/g)].map((found) =>
    (found[1] ?? '').split(' ').map((pair) => pair.split(',').map(Number)),
  );
}

const line = (name: string, micros: readonly number[]) => ({
  name,
  points: [50, 90, 99].map((percentile, i) => ({ percentile, micros: micros[i] ?? 0 })),
});

test('equal steps of nines take equal room, and so do decades of latency', () => {
  const svg = percentileChart({ title: 't', subtitle: '', series: [line('a', [100, 1000, 10_000])] });
  const [first, second, third] = linePoints(svg)[0] ?? [];
  ok(first !== undefined && second !== undefined && third !== undefined);
  const [, y50 = 0] = first;
  const [x90 = 0, y90 = 0] = second;
  const [x99 = 0, y99 = 0] = third;
  const [x50 = 0] = first;
  ok(Math.abs((x99 - x90) / (x90 - x50) - 1 / Math.log10(5)) < 0.01);
  ok(Math.abs(y50 - y90 - (y90 - y99)) < 0.1);
});

test('a slower line is drawn above a faster one', () => {
  const svg = percentileChart({
    title: 't',
    subtitle: '',
    series: [line('fast', [10, 20, 30]), line('slow', [50, 60, 70])],
  });
  const [fast, slow] = linePoints(svg);
  ok((slow?.[0]?.[1] ?? 0) < (fast?.[0]?.[1] ?? 0));
});

test('every series has a line and a legend', () => {
  const svg = percentileChart({
    title: 't',
    subtitle: '',
    series: [line('one', [1, 2, 3]), line('two', [1, 2, 3])],
  });
  equal(linePoints(svg).length, 2);
  ok(svg.includes('>one</text>') && svg.includes('>two</text>'));
});

test('a chart of nothing is still a picture', () => {
  const svg = percentileChart({ title: 't', subtitle: '', series: [] });
  ok(svg.startsWith('<svg ') && !svg.includes('NaN'));
});
