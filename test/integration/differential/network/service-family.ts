import type { Plain } from '../../../../src/base/plain.js';
import { encodeStruct } from '../../../../src/codec/protobuf/struct.js';
import { WireWriter } from '../../../../src/codec/protobuf/wire-writer.js';
import { type ClientStep, type DifferentialCase, get, type OriginScript } from '../differential-case.js';
import { type Fields, filter, typed } from '../families/filter-family.js';
import { data, headers, resetFrame, uint32 } from '../http2-wire.js';
import { cluster } from '../network-bootstrap.js';
import type { NetworkListener } from '../network-listeners.js';
import type { NetworkFamily } from './network-family.js';

const http2: Fields = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed(
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      { explicit_http_config: { http2_protocol_options: {} } },
    ),
  },
};

const calls = (name: string, fields: Fields = {}, envoy: Fields = {}): Fields => ({
  grpc_service: { envoy_grpc: { cluster_name: name, ...envoy }, ...fields },
});
const authz = (fields: Fields = {}, service = calls('http2-service', { timeout: '20s' })): Plain =>
  filter('ext_authz', 'envoy.extensions.filters.network.ext_authz.v3.ExtAuthz', {
    stat_prefix: 'own',
    ...service,
    ...fields,
  });
const entry = (key: string, value: string): Plain => ({ key, value });
const ratelimit = (fields: Fields = {}, service = calls('http2-service')): Plain =>
  filter('ratelimit', 'envoy.extensions.filters.network.ratelimit.v3.RateLimit', {
    stat_prefix: 'own',
    domain: 'the domain',
    descriptors: [{ entries: [entry('one', 'value')] }],
    timeout: '20s',
    rate_limit_service: { transport_api_version: 'V3', ...service },
    ...fields,
  });
const setState = filter('state', 'envoy.extensions.filters.network.set_filter_state.v3.Config', {
  on_new_connection: [
    {
      object_key: 'own.key',
      factory_key: 'envoy.string',
      format_string: { text_format_source: { inline_string: 'from the state' } },
    },
  ],
});
const rbacShadow = filter('rbac', 'envoy.extensions.filters.network.rbac.v3.RBAC', {
  stat_prefix: 'own',
  shadow_rules: { policies: { one: { permissions: [{ any: true }], principals: [{ any: true }] } } },
});
const shadowResult = (value: string): Fields => ({
  filter_enabled_metadata: {
    filter: 'envoy.filters.network.rbac',
    path: [{ key: 'shadow_engine_result' }],
    value: { string_match: { exact: value } },
  },
});
const only = (...filters: readonly Plain[]): NetworkListener => ({ filters });

/** One message and its status. */
export function answered(message: Buffer, status = '0'): OriginScript {
  const framed = `\0${uint32(message.length)}${message.toString('latin1')}`;
  const head = headers(
    1,
    [
      [':status', '200'],
      ['content-type', 'application/grpc'],
    ],
    false,
  );
  return ['complete', { send: head + data(1, framed, false) + headers(1, [['grpc-status', status]]) }];
}
/** A status alone. */
export const failed = (status: string, http = '200'): OriginScript => [
  'complete',
  {
    send: headers(1, [
      [':status', http],
      ['content-type', 'application/grpc'],
      ['grpc-status', status],
      ['grpc-message', 'no'],
    ]),
  },
];
const reset: OriginScript = ['complete', { send: resetFrame(1, 2) }];

const metadata: Fields = {
  text: 'a',
  number: 1.5,
  yes: true,
  nothing: null,
  list: ['b', 2],
  inner: { deep: 'c' },
};
function check(code: number, fields: Fields | null = null, more: readonly number[] = []): Buffer {
  const status = new WireWriter();
  if (code !== 0) status.number(1, code);
  const response = new WireWriter();
  response.block(1, status.finish());
  for (const field of more) response.block(field, Buffer.alloc(0));
  if (fields !== null) response.block(4, encodeStruct(fields));
  return response.finish();
}
function limit(code: number, fields: Fields | null = null): Buffer {
  const response = new WireWriter();
  if (code !== 0) response.number(1, code);
  if (fields !== null) response.block(6, encodeStruct(fields));
  return response.finish();
}

const bytes = get('/bytes');
/** The hour at which a check was answered, by a clock of its own. */
const clocked = [/ext_authz_duration/];
/** The settings that each sends. */
const settingsSize = /http2-service\.upstream_cx_tx_bytes_total/;

function passes(
  name: string,
  listener: string,
  origin: readonly OriginScript[] = [],
  ignores: readonly RegExp[] = [],
): DifferentialCase {
  const steps: readonly ClientStep[] = [bytes, { responses: 1 }, 'end', 'closed'];
  return {
    name: `service: ${name}`,
    listener,
    steps,
    origin,
    probes: false,
    ignores: [...ignores, settingsSize],
  };
}
function refused(name: string, listener: string, origin: readonly OriginScript[] = []): DifferentialCase {
  return {
    name: `service: ${name}`,
    listener,
    steps: [bytes, 'closed'],
    origin,
    probes: false,
    ignores: [settingsSize],
  };
}

export const serviceLog =
  ' authz=%DYNAMIC_METADATA(envoy.filters.network.ext_authz:inner)%' +
  ' limited=%DYNAMIC_METADATA(envoy.filters.network.ratelimit)% details=%RESPONSE_CODE_DETAILS%';

/** Connections that other servers judge: `ext_authz` and `ratelimit`. */
export const serviceFamily: NetworkFamily = {
  bootstrap: { node: { id: 'node-1', cluster: 'cluster-1', metadata: { labels: { a: 'b', n: 3 } } } },
  runtime: { 'own.off': false },
  listeners: {
    authz: only(authz()),
    'authz-told': only(
      setState,
      authz(
        {
          include_tls_session: true,
          include_peer_certificate: true,
          bootstrap_metadata_labels_key: 'labels',
        },
        calls(
          'http2-service',
          {
            timeout: '20s',
            initial_metadata: [
              entry('x-fixed', 'text'),
              entry('x-state', '%FILTER_STATE(own.key:PLAIN)% %REQ(x-none)%'),
            ],
          },
          { authority: 'authz.local' },
        ),
      ),
    ),
    'authz-hidden': only(authz({}, calls('http2-service', { timeout: '20s' }, { skip_envoy_headers: true }))),
    'authz-allowing': only(authz({ failure_mode_allow: true })),
    'authz-refused': only(authz({}, calls('refused'))),
    'authz-refused-allowing': only(authz({ failure_mode_allow: true }, calls('refused'))),
    'authz-lost': only(authz({}, calls('no-such'))),
    'authz-lost-allowing': only(authz({ failure_mode_allow: true }, calls('no-such'))),
    'authz-slow': only(authz({}, calls('http2-service', { timeout: '0.1s' }))),
    'authz-metadata': only(rbacShadow, authz(shadowResult('allowed'))),
    'authz-metadata-off': only(rbacShadow, authz(shadowResult('other'))),
    'authz-context': only(
      rbacShadow,
      authz({ metadata_context_namespaces: ['envoy.filters.network.rbac', 'nobody'] }),
    ),
    'authz-shadow': only(authz({ shadow_mode: true })),
    'authz-twice': only(authz(), authz()),
    'authz-limited': only(authz(), ratelimit()),
    limit: only(ratelimit()),
    'limit-told': only(
      setState,
      ratelimit({
        descriptors: [
          {
            entries: [
              entry('state', '%FILTER_STATE(own.key:PLAIN)%'),
              entry('from', '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%'),
            ],
            limit: { requests_per_unit: 4, unit: 'DAY' },
            hits_addend: 5,
          },
          { entries: [entry('ä', 'ö %REQ(x-none)%')] },
        ],
      }),
    ),
    'limit-denying': only(ratelimit({ failure_mode_deny: true })),
    'limit-refused': only(ratelimit({}, calls('refused'))),
    'limit-refused-denying': only(ratelimit({ failure_mode_deny: true }, calls('refused'))),
    'limit-lost': only(ratelimit({}, calls('no-such'))),
    'limit-slow': only(ratelimit({ timeout: '0.1s' })),
  },
  origins: ['http2-service'],
  clusters: ({ origins }) => [cluster('http2-service', [origins['http2-service'] ?? 0], http2)],
  cases: [
    passes('a connection is authorized', 'authz', [answered(check(0, metadata))], clocked),
    passes('a connection is authorized, without a word', 'authz', [answered(Buffer.alloc(0))], clocked),
    refused('a connection is not authorized', 'authz', [answered(check(7, metadata))]),
    refused('a connection is not authorized, for HTTP', 'authz', [answered(check(7, null, [2]))]),
    refused('authorization answers an error', 'authz', [answered(check(13, null, [5]))]),
    passes('authorization answers an error, and all is well', 'authz', [answered(check(0, null, [5]))]),
    passes('an answer that belongs to HTTP', 'authz', [answered(check(0, null, [3]))], clocked),
    passes('authorization is told who asks', 'authz-told', [answered(check(0))], clocked),
    passes('authorization is not told which proxy asks', 'authz-hidden', [answered(check(0))], clocked),
    refused('authorization fails', 'authz', [failed('13')]),
    refused('authorization fails by HTTP', 'authz', [failed('0', '503')]),
    refused('authorization has no answer', 'authz', [failed('0')]),
    refused('authorization is reset', 'authz', [reset]),
    refused('authorization answers rubbish', 'authz', [answered(Buffer.from([0x0a, 0x7f]))]),
    passes('authorization fails, and connections go on', 'authz-allowing', [failed('13')]),
    passes('authorization answers an error, and connections go on', 'authz-allowing', [
      answered(check(13, null, [5])),
    ]),
    refused('authorization denies where failures pass', 'authz-allowing', [answered(check(16))]),
    refused('authorization cannot be reached', 'authz-refused'),
    passes('authorization cannot be reached, and connections go on', 'authz-refused-allowing'),
    refused('authorization has no cluster', 'authz-lost'),
    passes('authorization has no cluster, and connections go on', 'authz-lost-allowing'),
    refused('authorization takes too long', 'authz-slow', [['hang']]),
    passes('authorization by metadata', 'authz-metadata', [answered(check(0))], clocked),
    passes('authorization by other metadata', 'authz-metadata-off'),
    passes('authorization is told metadata', 'authz-context', [answered(check(0))], clocked),
    passes('authorization in the shadow', 'authz-shadow', [answered(check(7, metadata))], clocked),
    passes('authorization in the shadow says yes', 'authz-shadow', [answered(check(0))], clocked),
    passes('authorization in the shadow fails', 'authz-shadow', [failed('13')], clocked),
    {
      name: 'service: a connection that ends without bytes is checked',
      listener: 'authz',
      steps: ['end', 'closed'],
      probes: false,
      ignores: [settingsSize],
    },
    passes('there may be one more connection', 'limit', [answered(limit(1, { a: 'b' }))]),
    passes('nobody knows of limits', 'limit', [answered(limit(0))]),
    refused('there are too many connections', 'limit', [answered(limit(2, { a: 'b' }))]),
    passes('the limits are told who asks', 'limit-told', [answered(limit(1))]),
    passes('limits fail', 'limit', [failed('14')]),
    refused('limits fail, and connections end', 'limit-denying', [failed('14')]),
    passes('limits answer rubbish', 'limit', [answered(Buffer.from([0x0a, 0x7f]))]),
    passes('limits cannot be reached', 'limit-refused'),
    refused('limits cannot be reached, and connections end', 'limit-refused-denying'),
    passes('limits have no cluster', 'limit-lost'),
    passes('limits take too long', 'limit-slow', [['hang']]),
  ],
};
