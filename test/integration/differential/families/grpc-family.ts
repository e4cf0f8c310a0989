import {
  type DifferentialCase,
  type HeaderList,
  post,
  reply,
  request,
  simple,
} from '../differential-case.js';
import type { Fields, FilterFamily, FilterListener } from './filter-family.js';
import { filter, routeTo, typed } from './shorthand.js';

const grpc: HeaderList = [['content-type', 'application/grpc']];
const web: HeaderList = [['content-type', 'application/grpc-web+proto']];
const text: HeaderList = [
  ['content-type', 'application/grpc-web-text'],
  ['accept', 'application/grpc-web-text'],
];

/** A message behind its prefix. */
function message(body: string, flags = 0): string {
  return `${String.fromCharCode(flags, 0, 0, body.length >> 8, body.length & 255)}${body}`;
}

/** An answer in chunks, with trailers. */
function call(
  parts: readonly string[],
  trailers: HeaderList,
  headers: HeaderList = grpc,
  status = '200 OK',
): string {
  const chunks = parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('');
  const end = trailers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${reply(status, [...headers, ['transfer-encoding', 'chunked']])}${chunks}0\r\n${end}\r\n`;
}

function inChunks(target: string, parts: readonly string[], headers: HeaderList): string {
  const chunks = [...parts, ''].map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('');
  return request('POST', target, [...headers, ['transfer-encoding', 'chunked']], chunks);
}

const ok = call([message('hello')], [['grpc-status', '0']]);
const sum = message('ask');
/** Envoy sees the end of a request in a turn of its own, so that an answer to the last byte is an early one. */
const early = {
  probes: false,
  ignores: [/downstream_rq_(?:response_before_rq_complete|rx_reset) 1$/, /connection: close|\[connection\]/],
};
const toTrailers = { route: { cluster: 'trailing' } };

function listener(filters: readonly Fields[], routes: readonly Fields[] = []): FilterListener {
  return {
    filters,
    manager: { http_protocol_options: { enable_trailers: true } },
    routes: [
      ...routes,
      routeTo(
        '/direct.S/',
        {},
        { route: undefined, direct_response: { status: 403, body: { inline_string: 'no' } } },
      ),
      routeTo('/refused.S/', {}, { route: { cluster: 'refused' } }),
      routeTo('/missing.S/', {}, { route: { cluster_header: 'x-missing' } }),
      routeTo('/', {}, toTrailers),
    ],
  };
}

const stats = (fields: Fields): Fields => filter('grpc_stats', 'grpc_stats.v3.FilterConfig', fields);
const reverse = (fields: Fields): Fields =>
  filter('grpc_http1_reverse_bridge', 'grpc_http1_reverse_bridge.v3.FilterConfig', {
    content_type: 'application/x-protobuf',
    ...fields,
  });

function statsCases(): DifferentialCase[] {
  const cases: DifferentialCase[] = [];
  for (const name of ['stats-all', 'stats-none', 'stats-listed', 'stats-dots']) {
    const on = { listener: name };
    // Envoy keeps listed names and those it met in requests apart, under one name.
    const s = name === 'stats-listed' ? '/l.S' : '/a.S';
    cases.push(
      simple(`${name}: a call`, post(`${s}/M`, sum + sum, grpc), { ...on, origin: [ok] }),
      simple(`${name}: another method`, post(`${s}/X?q=1`, sum, grpc), { ...on, origin: [ok] }),
      simple(`${name}: trailers only`, post(`${s}/N`, sum, grpc), {
        ...on,
        origin: [reply('200 OK', [...grpc, ['grpc-status', '5']])],
      }),
      simple(
        `${name}: a failure in trailers`,
        post(`${s}/N`, sum, [['content-type', 'application/grpc+proto']]),
        {
          ...on,
          origin: [
            call(
              [message('1') + message('2'), message('3')],
              [
                ['grpc-status', '13'],
                ['grpc-message', 'x%20'],
              ],
            ),
          ],
        },
      ),
      simple(`${name}: no status`, post(`${s}/M`, sum, grpc), { ...on, origin: [call([message('1')], [])] }),
      simple(`${name}: odd status`, post(`${s}/M`, sum, grpc), {
        ...on,
        origin: [call([], [['grpc-status', 'x']])],
      }),
      simple(`${name}: a path of another shape`, post('/a/b/c', sum, grpc), { ...on, origin: [ok] }),
      simple(`${name}: no gRPC`, post(`${s}/M`, sum), { ...on, origin: [ok] }),
      simple(`${name}: not found`, post(`${s}/M`, sum, grpc), {
        ...on,
        origin: [reply('404 Not Found', [], 'no')],
      }),
      simple(`${name}: refused`, post('/refused.S/M', sum, grpc), on),
      simple(
        `${name}: connect unary`,
        post(`${s}/M`, 'x', [
          ['content-type', 'application/proto'],
          ['connect-protocol-version', '1'],
        ]),
        {
          ...on,
          origin: [reply('200 OK', [['content-type', 'application/proto']], 'y')],
        },
      ),
      simple(`${name}: connect unary failing`, post(`${s}/M`, 'x', [['connect-protocol-version', '1']]), {
        ...on,
        origin: [reply('404 Not Found', [], '{}')],
      }),
      simple(
        `${name}: connect streaming`,
        post(`${s}/M`, sum + sum, [['content-type', 'application/connect+proto']]),
        {
          ...on,
          origin: [
            reply('200 OK', [['content-type', 'application/connect+proto']], message('a') + message('{}', 2)),
          ],
        },
      ),
      simple(
        `${name}: connect streaming failing`,
        post(`${s}/M`, sum, [['content-type', 'application/connect+json']]),
        {
          ...on,
          origin: [
            reply(
              '200 OK',
              [['content-type', 'application/connect+json']],
              message('a') + message('{"error":{"code":"internal"}}', 2),
            ),
          ],
        },
      ),
    );
  }
  return cases;
}

function webCases(): DifferentialCase[] {
  const on = { listener: 'web' };
  const asked64 = Buffer.from(sum, 'latin1').toString('base64');
  const foreign = reply('503 Service Unavailable', [['content-type', 'text/plain']], 'not%now\u00e9');
  return [
    simple('web: binary', post('/a.S/M', sum, web), { ...on, origin: [ok] }),
    simple(
      'web: with an accepted encoding',
      post('/a.S/M', sum, [...web, ['grpc-accept-encoding', 'gzip']]),
      {
        ...on,
        origin: [
          call(
            [message('1'), message('2')],
            [
              ['grpc-status', '3'],
              ['grpc-message', 'bad'],
              ['x-bin', 'AQ=='],
            ],
          ),
        ],
      },
    ),
    simple('web: plain type', post('/a.S/M', sum, [['content-type', 'application/grpc-web']]), {
      ...on,
      origin: [ok],
    }),
    simple('web: text', post('/a.S/M', asked64, text), { ...on, origin: [ok] }),
    simple('web: text in chunks', inChunks('/a.S/M', [asked64.slice(0, 3), asked64.slice(3)], text), {
      ...on,
      origin: [
        call([message('abc').slice(0, 4), message('abc').slice(4) + message('d')], [['grpc-status', '0']]),
      ],
    }),
    simple(
      'web: text asked, binary answered',
      post('/a.S/M', asked64, [['content-type', 'application/grpc-web-text+proto']]),
      {
        ...on,
        origin: [ok],
      },
    ),
    simple(
      'web: binary asked, text answered',
      post('/a.S/M', sum, [...web, ['accept', 'application/grpc-web-text+proto']]),
      {
        ...on,
        origin: [ok],
      },
    ),
    simple('web: other types pass', post('/a.S/M', sum, [['content-type', 'application/grpc-web+json']]), {
      ...on,
      origin: [ok],
    }),
    simple('web: gRPC itself passes', post('/a.S/M', sum, grpc), { ...on, origin: [ok] }),
    simple('web: bad base64', post('/a.S/M', 'A$==', text), { ...on, ...early }),
    simple('web: base64 of a bad size', post('/a.S/M', 'AAAAA', text), on),
    simple('web: padding in the middle', post('/a.S/M', 'AA==AAAA', text), { ...on, ...early }),
    simple('web: empty text', post('/a.S/M', '', text), { ...on, origin: [ok] }),
    simple('web: trailers only', post('/a.S/M', sum, web), {
      ...on,
      origin: [reply('200 OK', [...grpc, ['grpc-status', '7'], ['grpc-message', 'no']])],
    }),
    simple('web: a foreign answer', post('/a.S/M', sum, web), { ...on, origin: [foreign] }),
    simple('web: a foreign answer in text', post('/a.S/M', asked64, text), { ...on, origin: [foreign] }),
    simple('web: a foreign answer without a body', post('/a.S/M', sum, web), {
      ...on,
      origin: [reply('404 Not Found')],
    }),
    simple('web: a foreign 200', post('/a.S/M', sum, web), {
      ...on,
      origin: [reply('200 OK', [['content-type', 'text/html']], '<p>')],
    }),
    simple('web: a foreign answer with trailers', post('/a.S/M', sum, web), {
      ...on,
      origin: [call(['one', 'two'], [['x-end', '1']], [], '500 Oops')],
    }),
    simple('web: an answer that is gRPC-Web', post('/a.S/M', sum, web), {
      ...on,
      origin: [reply('200 OK', [['content-type', 'application/grpc-web+proto; a=b']], message('x'))],
    }),
    simple('web: a direct answer', post('/direct.S/M', sum, web), on),
    simple('web: refused', post('/refused.S/M', sum, web), on),
    simple('web: refused in text', post('/refused.S/M', asked64, text), on),
    simple('web: no such cluster', post('/missing.S/M', sum, web), on),
    simple('web: a path of another shape', post('/a', sum, web), { ...on, origin: [ok] }),
  ];
}

function bridgeCases(): DifferentialCase[] {
  const proto: HeaderList = [['content-type', 'application/x-protobuf']];
  const failing = call(
    [message('x')],
    [
      ['grpc-status', '5'],
      ['grpc-message', 'not here'],
    ],
  );
  const cases: DifferentialCase[] = [];
  for (const name of ['bridge', 'upgrade']) {
    const on = { listener: name };
    cases.push(
      simple(`${name}: a call`, post('/a.S/M?a=b', sum, grpc), { ...on, origin: [ok] }),
      simple(`${name}: a failing call`, post('/a.S/M', sum, grpc), { ...on, origin: [failing] }),
      simple(`${name}: an empty failure`, post('/a.S/M', sum, grpc), {
        ...on,
        origin: [call([], [['grpc-status', '4']])],
      }),
      simple(`${name}: an odd status`, post('/a.S/M', sum, grpc), {
        ...on,
        origin: [call([], [['grpc-status', 'x']])],
      }),
      simple(`${name}: no status`, post('/a.S/M', sum, grpc), {
        ...on,
        origin: [call([message('m')], [['x-end', '1']])],
      }),
      simple(`${name}: trailers only`, post('/a.S/M', sum, grpc), {
        ...on,
        origin: [reply('200 OK', [...grpc, ['grpc-status', '5']])],
      }),
      simple(`${name}: no gRPC answer`, post('/a.S/M', sum, grpc), {
        ...on,
        origin: [reply('500 No', [], 'oops')],
      }),
      simple(`${name}: protobuf`, post('/a.S/M?a=b', 'bare', proto), { ...on, origin: [ok] }),
      simple(`${name}: protobuf in chunks`, inChunks('/a.S/M', ['ba', 're'], proto), {
        ...on,
        origin: [call([message('he').slice(0, 3), message('he').slice(3)], [['grpc-status', '0']])],
      }),
      simple(`${name}: protobuf failing`, post('/a.S/M', 'bare', proto), { ...on, origin: [failing] }),
      simple(
        `${name}: another protobuf type`,
        post('/a.S/M?a=b', 'bare', [['content-type', 'application/protobuf']]),
        {
          ...on,
          origin: [ok],
        },
      ),
      simple(`${name}: protobuf without a body`, post('/a.S/M', '', proto), { ...on, origin: [ok] }),
      simple(`${name}: refused protobuf`, post('/refused.S/M', 'bare', proto), on),
      simple(`${name}: refused`, post('/refused.S/M', sum, grpc), on),
    );
  }
  return cases;
}

function reverseCases(): DifferentialCase[] {
  const proto: HeaderList = [['content-type', 'application/x-protobuf']];
  const cases: DifferentialCase[] = [];
  for (const name of ['reverse', 'withhold', 'sized']) {
    const on = { listener: name };
    const answers: readonly (readonly [what: string, answer: string])[] = [
      ['a call', reply('200 OK', [...proto, ['x-size', '5']], 'hello')],
      ['a failure', reply('503 No', [...proto, ['x-size', '5']], 'hello')],
      ['no body', reply('200 OK', [...proto, ['x-size', '0']])],
      ['a body in chunks', call(['he', 'llo'], [], [...proto, ['x-size', '5,6']])],
      ['a body with trailers', call(['he', 'llo'], [['x-end', '1']], [...proto, ['x-size', '5']])],
      ['another type', reply('200 OK', [['content-type', 'text/plain']], 'hello')],
      ['no type', reply('502 Bad', [], 'hello')],
      ['a wrong size', reply('200 OK', [...proto, ['x-size', '7']], 'hello')],
      ['a bad size', reply('200 OK', [...proto, ['x-size', 'x']], 'hello')],
    ];
    cases.push(
      ...answers.map(([what, answer]) =>
        simple(`${name}: ${what}`, post('/a.S/M', sum, [['content-type', 'application/grpc+proto']]), {
          ...on,
          origin: [answer],
          // Envoy logs trailers that it never sent.
          ignores: [/grpc_bridge_content_length_wrong .*trailer=/],
        }),
      ),
      simple(`${name}: no gRPC`, post('/a.S/M', sum, proto), { ...on, origin: [answers[0]?.[1] ?? ''] }),
      simple(`${name}: too small`, post('/a.S/M', 'abc', grpc), { ...on, ...early }),
      simple(`${name}: nothing sent`, post('/a.S/M', '', grpc), on),
      simple(`${name}: in chunks`, inChunks('/a.S/M', [`${sum}a`, 'b'], grpc), {
        ...on,
        origin: [answers[0]?.[1] ?? ''],
      }),
      simple(`${name}: refused`, post('/refused.S/M', sum, grpc), on),
      simple(`${name}: off on a route`, post('/off.S/M', sum, grpc), { ...on, origin: [ok] }),
    );
  }
  return cases;
}

const retries = {
  retry_on: 'cancelled,deadline-exceeded,internal,resource-exhausted,unavailable',
  num_retries: 2,
  retry_back_off: { base_interval: '0.001s', max_interval: '0.002s' },
};

/** What the router and the connection manager know of gRPC. */
const callRoutes = [
  routeTo('/retry.S/', {}, { route: { cluster: 'trailing', retry_policy: retries } }),
  {
    match: { prefix: '/only.S/', grpc: {} },
    route: { cluster: 'trailing', prefix_rewrite: '/matched.S/' },
  },
  routeTo(
    '/max.S/',
    {},
    {
      route: { cluster: 'trailing', max_stream_duration: { grpc_timeout_header_max: '5s' } },
    },
  ),
  routeTo(
    '/capped.S/',
    {},
    {
      route: { cluster: 'trailing', max_stream_duration: { grpc_timeout_header_max: '0.05s' } },
    },
  ),
  routeTo(
    '/late.S/',
    {},
    {
      route: {
        cluster: 'trailing',
        max_stream_duration: { grpc_timeout_header_max: '0s', grpc_timeout_header_offset: '60s' },
      },
    },
  ),
  routeTo('/slow.S/', {}, { route: { cluster: 'trailing', timeout: '0.05s' } }),
];

function statusOnly(status: string): string {
  return reply('200 OK', [...grpc, ['grpc-status', status], ['grpc-message', 'said so']]);
}

function callCases(): DifferentialCase[] {
  const on = { listener: 'calls' };
  const timed = (value: string): HeaderList => [...grpc, ['grpc-timeout', value]];
  const hangs = { ...on, origin: [['hang']] as const, probes: false };
  return [
    ...['0', '1', '2', '3', '4', '5', '8', '13', '14', '16', 'x', '99'].map((status) =>
      simple(`calls: status ${status} in the head`, post('/retry.S/M', sum, grpc), {
        ...on,
        origin: [statusOnly(status), ok],
      }),
    ),
    simple('calls: retries run out', post('/retry.S/M', sum, grpc), {
      ...on,
      origin: [statusOnly('14'), statusOnly('8'), statusOnly('4')],
    }),
    simple('calls: a status in trailers is too late', post('/retry.S/M', sum, grpc), {
      ...on,
      origin: [call([message('a')], [['grpc-status', '14']]), ok],
    }),
    simple('calls: a status is retried whatever was asked', post('/retry.S/M', sum), {
      ...on,
      origin: [reply('200 OK', [['grpc-status', '14']]), ok],
    }),
    simple(
      'calls: retries by header',
      post('/plain.S/M', sum, [...grpc, ['x-envoy-retry-grpc-on', 'internal'], ['x-envoy-max-retries', '1']]),
      {
        ...on,
        origin: [statusOnly('13'), ok],
      },
    ),
    simple('calls: a route for gRPC alone', post('/only.S/M', sum, grpc), { ...on, origin: [ok] }),
    simple(
      'calls: a route for gRPC with a subtype',
      post('/only.S/M', sum, [['content-type', 'application/grpc+proto']]),
      {
        ...on,
        origin: [ok],
      },
    ),
    simple(
      'calls: a route for gRPC is not for others',
      post('/only.S/M', sum, [['content-type', 'application/grpcx']]),
      on,
    ),
    // None so short that it may be up before the request has left: who is first is nobody's behaviour.
    ...['1H', '2M', '3S', '1500m', '500000000u', '123456789m', '5', '-1S', '1s', ''].map((value) =>
      simple(`calls: a timeout of '${value}'`, post('/max.S/M', sum, timed(value)), { ...on, origin: [ok] }),
    ),
    simple('calls: the timeout is capped', post('/capped.S/M', sum, timed('9S')), hangs),
    simple('calls: the route is out of time', post('/slow.S/M', sum, grpc), hangs),
    simple('calls: refused', post('/refused.S/M', sum, grpc), on),
    simple('calls: a direct answer', post('/direct.S/M', sum, grpc), on),
    simple('calls: no cluster', post('/missing.S/M', sum, grpc), on),
    simple('calls: an HTTP failure', post('/plain.S/M', sum, grpc), {
      ...on,
      origin: [reply('429 Slow', [], 'no')],
    }),
  ];
}

const listeners: { readonly [name: string]: FilterListener } = {
  'stats-all': listener([stats({ stats_for_all_methods: true, emit_filter_state: true })]),
  'stats-none': listener([stats({ emit_filter_state: true, enable_upstream_stats: true })]),
  'stats-listed': listener([
    stats({
      individual_method_stats_allowlist: { services: [{ name: 'l.S', method_names: ['M', 'N'] }] },
    }),
  ]),
  'stats-dots': listener([stats({ stats_for_all_methods: true, replace_dots_in_grpc_service_name: true })]),
  web: listener([filter('grpc_web', 'grpc_web.v3.GrpcWeb')]),
  bridge: listener([filter('grpc_http1_bridge', 'grpc_http1_bridge.v3.Config')]),
  upgrade: listener([
    filter('grpc_http1_bridge', 'grpc_http1_bridge.v3.Config', {
      upgrade_protobuf_to_grpc: true,
      ignore_query_parameters: true,
    }),
  ]),
  reverse: listener([reverse({})]),
  withhold: listener(
    [reverse({ withhold_grpc_frames: true })],
    [
      routeTo(
        '/off.S/',
        {
          grpc_http1_reverse_bridge: typed('grpc_http1_reverse_bridge.v3.FilterConfigPerRoute', {
            disabled: true,
          }),
        },
        toTrailers,
      ),
    ],
  ),
  calls: listener([], callRoutes),
  sized: listener([reverse({ withhold_grpc_frames: true, response_size_header: 'x-size' })]),
};

/** gRPC's filters, over HTTP/1 on both sides: they look at bodies and trailers, not at the protocol below. */
export const grpcFamily: FilterFamily = {
  listeners,
  clusters: { trailing: { http_protocol_options: { enable_trailers: true } } },
  cases: [...statsCases(), ...webCases(), ...bridgeCases(), ...reverseCases(), ...callCases()],
};
