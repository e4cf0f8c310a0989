import type { Plain } from '../../../src/base/plain.js';
import { address, type Fields, fileLog, filter } from './families/filter-family.js';
import { type NetworkListener, networkListeners } from './network-listeners.js';
import type { Bootstrap, Places } from './proxy-under-test.js';

const logFormat = [
  'flags=%RESPONSE_FLAGS%',
  'cluster=%UPSTREAM_CLUSTER%',
  'host=%UPSTREAM_HOST%',
  'attempts=%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
  'rx=%BYTES_RECEIVED%',
  'tx=%BYTES_SENT%',
  'chain=%FILTER_CHAIN_NAME%',
  'remote=%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
  'local=%DOWNSTREAM_LOCAL_ADDRESS%',
  'direct=%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%',
  'terminated=%CONNECTION_TERMINATION_DETAILS%',
  'closed=%DOWNSTREAM_LOCAL_CLOSE_REASON%',
  'rbac=%DYNAMIC_METADATA(envoy.filters.network.rbac)%',
  'proxy=%DYNAMIC_METADATA(envoy.filters.listener.proxy_protocol)%',
  'hint=%DYNAMIC_METADATA(envoy.common)%',
  'own=%FILTER_STATE(own.key:PLAIN)%',
  'tlvs=%FILTER_STATE(envoy.network.proxy_protocol.tlv)%',
  'type=%ACCESS_LOG_TYPE%',
].join(' ');

/** A listener that carries bytes; `more` is added to its log lines. */
export function networkListener(name: string, own: NetworkListener, places: Places, more = ''): Plain {
  const log = fileLog(places.customLog, logFormat + more);
  const proxy = filter('tcp', 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
    stat_prefix: name,
    ...(own.proxy?.['weighted_clusters'] === undefined ? { cluster: 'main' } : {}),
    access_log: [log],
    ...own.proxy,
  });
  return {
    name,
    stat_prefix: name,
    address: address(places.listeners[name] ?? 0),
    listener_filters: own.listenerFilters ?? [],
    ...(own.replaces ?? {
      filter_chains: [{ name: 'only', filters: [...(own.filters ?? []), own.last ?? proxy] }],
    }),
    access_log: [fileLog(places.defaultLog, `listener ${logFormat}`)],
    ...own.chains?.((chain, cluster) => ({
      name: chain,
      filters: [
        filter('tcp', 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
          stat_prefix: `${name}-${chain}`,
          cluster,
          access_log: [log],
        }),
      ],
    })),
  };
}

/** Answers the requests that separate the log lines of one case from those of the next. */
export function marks(places: Places): Plain {
  return {
    name: 'plain',
    stat_prefix: 'plain',
    address: address(places.listeners['plain'] ?? 0),
    filter_chains: [
      {
        filters: [
          filter(
            'http',
            'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
            {
              stat_prefix: 'plain',
              route_config: {
                virtual_hosts: [
                  {
                    name: 'all',
                    domains: ['*'],
                    routes: [{ match: { prefix: '/' }, direct_response: { status: 200 } }],
                  },
                ],
              },
              access_log: [fileLog(places.defaultLog), fileLog(places.customLog, '%REQ(:PATH)%')],
              http_filters: [
                filter('envoy.filters.http.router', 'envoy.extensions.filters.http.router.v3.Router'),
              ],
            },
          ),
        ],
      },
    ],
  };
}

export function cluster(name: string, ports: readonly number[], fields: Fields = {}): Plain {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: ports.map((port) => ({ endpoint: { address: address(port) } })) }],
    },
    ...fields,
  };
}

/** Listeners that carry bytes, with every network and listener filter. */
export const networkBootstrap: Bootstrap = {
  name: 'network',
  extension: 'json',
  listeners: ['plain', ...Object.keys(networkListeners)],
  origins: ['main', 'second'],
  text: (places) => {
    const { origins } = places;
    const main = origins['main'] ?? 0;
    const second = origins['second'] ?? 0;
    return JSON.stringify({
      node: { id: 'node-1', cluster: 'cluster-1' },
      admin: { address: address(places.adminPort) },
      layered_runtime: {
        layers: [
          {
            name: 'static',
            static_layer: {
              'switched.off': false,
              'envoy.resource_limits.listener.few.connection_limit': 1,
            },
          },
        ],
      },
      static_resources: {
        listeners: [
          marks(places),
          ...Object.entries(networkListeners).map(([name, own]) => networkListener(name, own, places)),
        ],
        clusters: [
          cluster('main', [main]),
          cluster('second', [second]),
          cluster('refused', [origins['refused'] ?? 0]),
          cluster('empty', []),
          {
            ...(cluster('hashed', []) as Fields),
            lb_policy: 'RING_HASH',
            load_assignment: {
              cluster_name: 'hashed',
              endpoints: [
                { lb_endpoints: [labelled(main, 'hash_key', 'one'), labelled(second, 'hash_key', 'two')] },
              ],
            },
          },
          {
            ...(cluster('subsets', []) as Fields),
            lb_subset_config: {
              fallback_policy: 'NO_FALLBACK',
              subset_selectors: [{ keys: ['stage'] }],
            },
            load_assignment: {
              cluster_name: 'subsets',
              endpoints: [
                {
                  lb_endpoints: [labelled(main, 'stage', 'one'), labelled(second, 'stage', 'two')],
                },
              ],
            },
          },
        ],
      },
    });
  },
};

function labelled(port: number, key: string, value: string): Plain {
  return {
    endpoint: { address: address(port) },
    metadata: { filter_metadata: { 'envoy.lb': { [key]: value } } },
  };
}
