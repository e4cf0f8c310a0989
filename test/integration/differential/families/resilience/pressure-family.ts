import type { Plain } from '../../../../../src/base/plain.js';
import { type DifferentialCase, get, post, simple } from '../../differential-case.js';
import type { Bootstrap } from '../../proxy-under-test.js';
import { type Fields, type FilterFamily, familyBootstrap, typed } from '../filter-family.js';

/** A heap of one byte is more than full from the first look on. */
const heap = {
  name: 'heap',
  typed_config: typed('envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig', {
    max_heap_size_bytes: 1,
  }),
};
const full = [{ name: 'heap', threshold: { value: 0.9 } }];
const called = (...names: readonly string[]): Plain =>
  names.map((name) => ({ name: `envoy.overload_actions.${name}`, triggers: full }));

/** How much of the heap is full, and whose memory it is. */
const ignores = [/heap/];

const at = (listener: string, text: string, name: string): DifferentialCase =>
  simple(`pressure: ${listener}, ${name}`, text, { listener, ignores });

const cases: readonly DifferentialCase[] = [
  at('shed', get('/one'), 'a request'),
  at('shed', post('/one', 'body'), 'a body'),
  at('shed', get('/one', [['content-type', 'application/grpc']]), 'gRPC'),
  at('shed', get('/one', [['expect', '100-continue']]), 'a question ahead of the body'),
  {
    ...at('shed', '', 'two requests'),
    steps: [get('/one'), { responses: 1 }, get('/two'), { responses: 2 }],
  },
  at('told', get('/one'), 'a request'),
  at('spared', get('/one'), 'a request'),
];

const family: FilterFamily = {
  listeners: {
    shed: { filters: [] },
    told: { filters: [], manager: { append_local_overload: true } },
    spared: { filters: [] },
  },
  cases,
};

const spared: readonly string[] = ['plain', 'spared'];

interface Built {
  readonly static_resources: { readonly listeners: readonly (Fields & { readonly name: string })[] };
}

/** The family under actions that are called for from the start. */
function pressed(name: string, log: string, actions: Plain, rest: Fields = {}): Bootstrap {
  const base = familyBootstrap(name, [family], log);
  return {
    ...base,
    text(places) {
      const built = JSON.parse(base.text(places)) as Built;
      const listeners = built.static_resources.listeners.map((it) => ({
        ...it,
        bypass_overload_manager: spared.includes(it.name),
      }));
      return JSON.stringify({
        ...built,
        static_resources: { ...built.static_resources, listeners },
        overload_manager: { refresh_interval: '0.01s', resource_monitors: [heap], actions, ...rest },
      });
    },
  };
}

const points: Plain = [
  { name: 'envoy.load_shed_points.http_connection_manager_decode_headers', triggers: full },
];

export const pressureSuites = (log: string) =>
  [
    pressed('requests are not accepted', log, called('stop_accepting_requests', 'shrink_heap')),
    pressed('connections are not kept', log, called('disable_http_keepalive')),
    pressed('load is shed', log, [], { loadshed_points: points }),
  ].map((bootstrap) => ({ bootstrap, cases }));
