import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { flattenLayer, parseLayeredRuntime } from '../../../src/runtime/layers.js';
import { LiveRuntime } from '../../../src/runtime/live-runtime.js';
import { RuntimeSnapshot } from '../../../src/runtime/snapshot.js';
import { readText } from '../../support/config-text.js';

const read = (yaml: string) =>
  readText('envoy.config.bootstrap.v3.LayeredRuntime', yaml, parseLayeredRuntime);
const layered = `
layers:
- {name: base, static_layer: {health_check: {min_interval: 5, on: true}, text: hi, share: {numerator: 5, denominator: TEN_THOUSAND}}}
- {name: over, static_layer: {health_check.min_interval: 6, percent: 30}}
- {name: admin, admin_layer: {}}
`;

test('layers are flattened to dotted keys and later ones win', () => {
  const { value, problems, unsupported } = read(layered);
  deepEqual([problems, unsupported], [[], []]);
  const runtime = new RuntimeSnapshot(value);
  equal(runtime.number('health_check.min_interval', 0), 6);
  equal(runtime.bool('health_check.on', false), true);
  equal(runtime.string('text'), 'hi');
  equal(runtime.number('text', 9), 9);
  equal(runtime.number('absent', 9), 9);
  equal(runtime.bool('absent', true), true);
});

test('an integer is a whole number from 0 up, a double any number', () => {
  const runtime = new RuntimeSnapshot(
    read('{layers: [{name: a, static_layer: {less: -1, part: 1.5, text: "2.5", whole: "7", zero: 0}}]}')
      .value,
  );
  const seen = ['less', 'part', 'text', 'whole', 'zero', 'none'].map((key) => [
    runtime.number(key, 9),
    runtime.double(key, 9),
  ]);
  deepEqual(seen, [
    [9, -1],
    [9, 1.5],
    [9, 2.5],
    [7, 7],
    [0, 0],
    [9, 9],
  ]);
});

test('a fraction is sampled by the draw, unless runtime says otherwise', () => {
  const runtime = new RuntimeSnapshot(read(layered).value);
  const half = { numerator: 50, denominator: 100, runtimeKey: '' };
  equal(runtime.sampled(half, 149), true);
  equal(runtime.sampled(half, 150), false);
  const tiny = { ...half, runtimeKey: 'share' };
  equal(runtime.sampled(tiny, 4), true);
  equal(runtime.sampled(tiny, 5), false);
  equal(runtime.sampled({ ...half, runtimeKey: 'percent' }, 30), false);
  equal(runtime.sampled({ ...half, runtimeKey: 'percent' }, 29), true);
  equal(runtime.sampled({ ...half, runtimeKey: 'text' }, 49), true);
});

test('admin overrides make a new snapshot, and an empty value takes one away', () => {
  const live = new LiveRuntime(new RuntimeSnapshot(read(layered).value));
  const before = live.current;
  const changed = before.withAdminOverrides(new Map([['percent', '70']]));
  if (changed !== null) live.replace(changed);
  equal(live.number('percent', 0), 70);
  equal(before.number('percent', 0), 30);
  equal(live.current.withAdminOverrides(new Map([['percent', '']]))?.number('percent', 0), 30);
});

test('an empty layered_runtime has an admin layer, one without layers of that kind has none', () => {
  equal(new RuntimeSnapshot(read('{}').value).withAdminOverrides(new Map([['a', '1']]))?.number('a', 0), 1);
  const noAdmin = read('layers: [{name: a, static_layer: {}}]').value;
  equal(new RuntimeSnapshot(noAdmin).withAdminOverrides(new Map([['a', '1']])), null);
});

test('repeated names and a second admin layer are problems, disk layers are named', () => {
  equal(read('layers: [{name: a, static_layer: {}}, {name: a, static_layer: {}}]').problems.length, 1);
  equal(read('layers: [{name: a, admin_layer: {}}, {name: b, admin_layer: {}}]').problems.length, 1);
  deepEqual(read('layers: [{name: a, rtds_layer: {name: r}}]').unsupported, ['layers[0].rtds_layer']);
});

test('lists and scalars end a path, fractions are values', () => {
  deepEqual(flattenLayer({ a: { b: { c: 1 } }, l: [1], f: { numerator: 1 } }), {
    'a.b.c': 1,
    l: [1],
    f: { numerator: 1 },
  });
});

test('fractions may be texts, as files have them', () => {
  const values = { yaml: 'numerator: 1\ndenominator: TEN_THOUSAND', json: '{"numerator": 2}', none: 'x' };
  const snapshot = new RuntimeSnapshot({ layers: [{ name: 'disk', kind: 'disk', values }] });
  const sampled = (runtimeKey: string, draw: number): boolean =>
    snapshot.sampled({ numerator: 100, denominator: 100, runtimeKey }, draw);
  deepEqual(
    [sampled('yaml', 0), sampled('yaml', 1), sampled('json', 1), sampled('json', 2)],
    [true, false, true, false],
  );
  equal(sampled('none', 99), true);
});
