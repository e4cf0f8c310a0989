import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { parseBootstrap } from '../../../src/config/bootstrap.js';
import { BOOTSTRAP } from '../../../src/config/load.js';
import { extensionRegistry } from '../../../src/extensions/index.js';
import { readText } from '../../support/config-text.js';

const monitor = (name: string, type: string, fields: string): string =>
  `{name: ${name}, typed_config: {"@type": type.googleapis.com/envoy.extensions.resource_monitors.${type}, ${fields}}}`;
const injected = monitor('a', 'injected_resource.v3.InjectedResourceConfig', 'filename: /tmp/a');
const half = '[{name: a, threshold: {value: 0.5}}]';
const timers = (fields: string): string =>
  `typed_config: {"@type": type.googleapis.com/envoy.config.overload.v3.ScaleTimersOverloadActionConfig, timer_scale_factors: [${fields}]}`;

const read = (fields: string, monitors = injected) =>
  readText(
    BOOTSTRAP,
    `overload_manager: {resource_monitors: [${monitors}], ${fields}}`,
    (node) => parseBootstrap(node, extensionRegistry()),
    {
      'resource.monitor': extensionRegistry().list('resource.monitor'),
    },
  );

const problemOf = (fields: string, monitors?: string): string =>
  read(fields, monitors)
    .problems.map((problem) => String(problem))
    .join('\n');

const action = (name: string, triggers = half, rest = ''): string =>
  `{name: envoy.overload_actions.${name}, triggers: ${triggers}${rest === '' ? '' : `, ${rest}`}}`;

/** What Envoy 1.40 says to each, in `--mode validate`. */
const refused: readonly (readonly [fields: string, told: RegExp, monitors?: string])[] = [
  [`actions: [${action('nothing')}]`, /Unknown Overload Manager Action envoy.overload_actions.nothing/],
  [
    `actions: [${action('shrink_heap', '[{name: other, threshold: {value: 0.5}}]')}]`,
    /Unknown trigger resource other for overload action envoy.overload_actions.shrink_heap/,
  ],
  [
    `actions: [${action('shrink_heap')}, ${action('shrink_heap')}]`,
    /Duplicate overload action envoy.overload_actions.shrink_heap/,
  ],
  [`actions: []`, /Duplicate resource monitor a/, `${injected}, ${injected}`],
  [
    `actions: [${action('shrink_heap', '[{name: a, threshold: {value: 1}}, {name: a, threshold: {value: 1}}]')}]`,
    /Duplicate trigger resource for overload action envoy.overload_actions.shrink_heap/,
  ],
  [
    `actions: [${action('reduce_timeouts')}]`,
    /"envoy.overload_actions.reduce_timeouts" requires typed_config/,
  ],
  [
    `actions: [${action('reduce_timeouts', half, timers('{timer: TRANSPORT_SOCKET_CONNECT, min_timeout: 1s}, {timer: TRANSPORT_SOCKET_CONNECT, min_timeout: 2s}'))}]`,
    /Found duplicate entry for timer type TRANSPORT_SOCKET_CONNECT/,
  ],
  [
    `actions: [${action('shrink_heap', half, timers('{timer: TRANSPORT_SOCKET_CONNECT, min_timeout: 1s}'))}]`,
    /"envoy.overload_actions.shrink_heap" conflicts with its typed config/,
  ],
  [
    `actions: [${action('shrink_heap', '[{name: a, scaled: {scaling_threshold: 0.5, saturation_threshold: 0.5}}]')}]`,
    /scaling_threshold must be less than saturation_threshold/,
  ],
  [
    `actions: [${action('reset_high_memory_stream')}]`,
    /"envoy.overload_actions.reset_high_memory_stream" requires buffer_factory_config/,
  ],
  [
    `loadshed_points: [{name: envoy.load_shed_points.tcp_listener_accept, triggers: [{name: b, threshold: {value: 1}}]}]`,
    /Unknown trigger resource b for loadshed point envoy.load_shed_points.tcp_listener_accept/,
  ],
  [
    'actions: []',
    /max heap size must be greater than 0/,
    monitor('a', 'fixed_heap.v3.FixedHeapConfig', 'max_heap_size_bytes: 0'),
  ],
];

test('an overload manager is refused for what Envoy refuses it for', () => {
  for (const [fields, told, monitors] of refused)
    equal(told.test(problemOf(fields, monitors)), true, `${fields}: ${problemOf(fields, monitors)}`);
});

test('actions, points and timers are read with their places', () => {
  const { value, problems, unsupported } = read(`
    refresh_interval: 0.5s,
    actions: [${action('stop_accepting_requests')}, ${action('reduce_timeouts', '[{name: a, scaled: {scaling_threshold: 0.5, saturation_threshold: 0.9}}]', timers('{timer: HTTP_DOWNSTREAM_STREAM_IDLE, min_timeout: 2s}, {timer: TRANSPORT_SOCKET_CONNECT, min_scale: {value: 10}}'))}],
    loadshed_points: [{name: envoy.load_shed_points.tcp_listener_accept, triggers: ${half}}, {name: of.nobody, triggers: ${half}}]`);
  deepEqual([problems, unsupported], [[], []]);
  const { refreshMs, actions, points, scales } = value?.overload ?? {};
  deepEqual(
    { refreshMs, actions, points, scales },
    {
      refreshMs: 500,
      actions: [
        {
          name: 'envoy.overload_actions.stop_accepting_requests',
          index: 0,
          triggers: [{ monitor: 'a', from: 0.5, to: 0.5 }],
        },
        {
          name: 'envoy.overload_actions.reduce_timeouts',
          index: 5,
          triggers: [{ monitor: 'a', from: 0.5, to: 0.9 }],
        },
      ],
      points: [
        {
          name: 'envoy.load_shed_points.tcp_listener_accept',
          index: 7,
          triggers: [{ monitor: 'a', from: 0.5, to: 0.5 }],
        },
      ],
      scales: [
        { timer: 'HTTP_DOWNSTREAM_STREAM_IDLE', minMs: 2000, minShare: 0 },
        { timer: 'TRANSPORT_SOCKET_CONNECT', minMs: -1, minShare: 0.1 },
      ],
    },
  );
});
