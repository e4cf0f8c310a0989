import type { Plain } from '../../../src/base/plain.js';
import { address, cluster, fileLog, httpListener, tcpListener } from './observed-bootstrap.js';
import type { Bootstrap } from './proxy-under-test.js';

/** Every operator whose value two runs share, or can be masked to. */
export const operators = `
START_TIME START_TIME(%Y) EMIT_TIME START_TIME_LOCAL EMIT_TIME_LOCAL
DURATION REQUEST_DURATION REQUEST_TX_DURATION RESPONSE_DURATION RESPONSE_TX_DURATION ROUNDTRIP_DURATION
DOWNSTREAM_HANDSHAKE_DURATION COMMON_DURATION(DS_RX_BEG:DS_RX_END:us) COMMON_DURATION(US_TX_BEG:US_RX_BEG:ms)
COMMON_DURATION(US_RX_BODY_BEG:US_RX_END:ms) COMMON_DURATION(DS_TX_BEG:US_HS_END:ms)
BYTES_RECEIVED BYTES_SENT REQUEST_HEADERS_BYTES RESPONSE_TRAILERS_BYTES BYTES_RETRANSMITTED PACKETS_RETRANSMITTED
DOWNSTREAM_WIRE_BYTES_RECEIVED DOWNSTREAM_HEADER_BYTES_RECEIVED DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED
UPSTREAM_WIRE_BYTES_RECEIVED UPSTREAM_HEADER_BYTES_RECEIVED UPSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED
UPSTREAM_WIRE_BYTES_SENT UPSTREAM_HEADER_BYTES_SENT UPSTREAM_DECOMPRESSED_HEADER_BYTES_SENT
PROTOCOL UPSTREAM_PROTOCOL RESPONSE_CODE RESPONSE_CODE_DETAILS RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)
CONNECTION_TERMINATION_DETAILS RESPONSE_FLAGS RESPONSE_FLAGS_LONG GRPC_STATUS GRPC_STATUS(NUMBER)
GRPC_STATUS(SNAKE_STRING) GRPC_STATUS_NUMBER LOCAL_REPLY_BODY CUSTOM_FLAGS ACCESS_LOG_TYPE
ROUTE_NAME VIRTUAL_CLUSTER_NAME UPSTREAM_CLUSTER UPSTREAM_CLUSTER_RAW UPSTREAM_HOST UPSTREAM_HOST_NAME
UPSTREAM_HOST_NAME_WITHOUT_PORT UPSTREAM_HOSTS_ATTEMPTED UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT
UPSTREAM_HOST_NAMES_ATTEMPTED UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT UPSTREAM_REQUEST_ATTEMPT_COUNT
UPSTREAM_TRANSPORT_FAILURE_REASON DOWNSTREAM_TRANSPORT_FAILURE_REASON UPSTREAM_LOCAL_CLOSE_REASON
UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT UPSTREAM_REMOTE_ADDRESS UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(8)
UPSTREAM_REMOTE_PORT DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT(16)
DOWNSTREAM_LOCAL_ADDRESS DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID
STREAM_ID HOSTNAME FILTER_CHAIN_NAME REQ(:METHOD) REQ(X-NONE?:PATH) REQ(USER-AGENT):4 REQUEST_HEADER(X-A)
RESP(SERVER) RESP(NONE?SERVER):3 TRAILER(X) RESPONSE_TRAILER(X?Y) PATH PATH(NQ) PATH(WQ:ORIG) PATH(NQ:PATH):3
PATH(:ORIG_OR_PATH) QUERY_PARAM(a) QUERY_PARAM(b):2 QUERY_PARAMS QUERY_PARAMS(DECODED) QUERY_PARAMS(ORIG):3
TRACE_ID SPAN_ID DYNAMIC_METADATA(a:b) CLUSTER_METADATA(cm) CLUSTER_METADATA(cm:k) CLUSTER_METADATA(cm:o:p)
CLUSTER_METADATA(cm:n) UPSTREAM_METADATA(em) METADATA(ROUTE:rm:k) METADATA(ROUTE:rm) METADATA(CLUSTER:cm:f)
METADATA(UPSTREAM_HOST:em:k) METADATA(VIRTUAL_HOST:hm:k) METADATA(LISTENER:lm:k) METADATA(LISTENER:lm)
METADATA(LISTENER_FILTER_CHAIN:fm:k) METADATA(VIRTUAL_HOST:none) FILTER_STATE(x) FILTER_STATE(x:PLAIN):3 UPSTREAM_FILTER_STATE(x) FILTER_STATE(x:FIELD:y)
REQUESTED_SERVER_NAME REQUESTED_SERVER_NAME(HOST_FIRST) REQUESTED_SERVER_NAME(SNI_FIRST) TLS_JA3_FINGERPRINT
DOWNSTREAM_TLS_VERSION DOWNSTREAM_PEER_SUBJECT DOWNSTREAM_PEER_CERT_V_START UPSTREAM_TLS_CIPHER
UPSTREAM_PEER_URI_SAN ENVIRONMENT(HOME):3 ENVIRONMENT(NOBODY_SETS_THIS)
`
  .trim()
  .split(/\s+/);

const label = (operator: string): string => operator.replaceAll('%', '');
const each = Object.fromEntries(operators.map((operator) => [label(operator), `%${operator}%`]));
const text = `${operators.map((operator) => `${label(operator)}=%${operator}%`).join('\t')}\n`;

/** The same facts as typed JSON, as text, and as both without what is missing. */
function logs(path: string): readonly Plain[] {
  const nested = {
    list: [1, '%RESPONSE_CODE%', { x: '%REQ(NONE)%' }],
    gone: { x: '%REQ(NONE)%' },
    empty: {},
  };
  return [
    fileLog(path, { json_format: { ...each, nested, mixed: 'a%PROTOCOL%b %REQ(NONE)%' } }),
    fileLog(path, { text_format_source: { inline_string: text } }),
    fileLog(path, { json_format: { ...each, nested }, omit_empty_values: true }),
    fileLog(path, { text_format_source: { inline_string: text }, omit_empty_values: true }),
  ];
}

const route = (prefix: string, rest: { readonly [field: string]: Plain }): Plain => ({
  match: { prefix },
  ...rest,
});

export const operatorBootstrap: Bootstrap = {
  name: 'operators',
  extension: 'json',
  listeners: ['main', 'stream', 'broken'],
  origins: ['plain'],
  text: ({ adminPort, listeners, origins, customLog }) =>
    JSON.stringify({
      admin: { address: address(adminPort) },
      static_resources: {
        listeners: [
          httpListener(
            'main',
            listeners['main'] ?? 0,
            {
              access_log: logs(customLog),
              route_config: {
                virtual_hosts: [
                  {
                    name: 'all',
                    domains: ['*'],
                    metadata: { filter_metadata: { hm: { k: 'v' } } },
                    routes: [
                      route('/direct', { direct_response: { status: 200, body: { inline_string: 'hi' } } }),
                      route('/rewritten', { route: { cluster: 'plain', prefix_rewrite: '/new' } }),
                      route('/refused', { route: { cluster: 'refused' } }),
                      route('/moved', { redirect: { path_redirect: '/x' } }),
                      route('/nowhere', { route: { cluster_header: 'x-cluster' } }),
                      route('/', {
                        name: 'named',
                        metadata: { filter_metadata: { rm: { k: 'v', n: 1.5, b: true, l: [1, 'a'] } } },
                        route: { cluster: 'plain' },
                      }),
                    ],
                  },
                ],
              },
            },
            { metadata: { filter_metadata: { lm: { k: 'v', n: 1 } } } },
          ),
          tcpListener('stream', listeners['stream'] ?? 0, { cluster: 'plain', access_log: logs(customLog) }),
          tcpListener('broken', listeners['broken'] ?? 0, {
            cluster: 'refused',
            access_log: logs(customLog),
          }),
        ],
        clusters: [
          cluster('plain', origins['plain'] ?? 0, {
            metadata: {
              filter_metadata: { cm: { k: 'v', n: 2, f: 1.25, o: { p: 'q', l: [1, null, true] } } },
            },
            load_assignment: {
              cluster_name: 'plain',
              endpoints: [
                {
                  lb_endpoints: [
                    {
                      metadata: { filter_metadata: { em: { k: 'v' } } },
                      endpoint: { address: address(origins['plain'] ?? 0), hostname: 'host.example' },
                    },
                  ],
                },
              ],
            },
          }),
          cluster('refused', origins['refused'] ?? 0),
        ],
      },
    }),
};
