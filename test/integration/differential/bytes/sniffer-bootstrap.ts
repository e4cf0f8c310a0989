import type { Plain } from '../../../../src/base/plain.js';
import { address, type Fields, fileLog, filter } from '../families/filter-family.js';
import type { Bootstrap, Places } from '../proxy-under-test.js';

/** Listeners that each have one filter before tcp_proxy, to a server on that port. */
export interface Sniffers {
  readonly name: string;
  readonly serverPort: number;
  /** The filter of each listener. */
  readonly filters: { readonly [listener: string]: (places: Places) => Plain };
  /** Where the filter puts its metadata. */
  readonly namespace: string;
  readonly runtime?: Fields;
}

export function snifferBootstrap({ name, serverPort, filters, namespace, runtime }: Sniffers): Bootstrap {
  const log = `connection flags=%RESPONSE_FLAGS% rx=%BYTES_RECEIVED% tx=%BYTES_SENT% closed=%DOWNSTREAM_LOCAL_CLOSE_REASON% metadata=%DYNAMIC_METADATA(${namespace})%`;
  return {
    name,
    extension: 'json',
    listeners: Object.keys(filters),
    origins: [],
    text: (places) =>
      JSON.stringify({
        node: { id: 'node-1', cluster: 'cluster-1' },
        stats_flush_interval: '0.1s',
        admin: { address: address(places.adminPort) },
        layered_runtime: { layers: [{ name: 'static', static_layer: { ...runtime } }] },
        static_resources: {
          listeners: Object.entries(filters).map(([listener, sniffer]) => ({
            name: listener,
            address: address(places.listeners[listener] ?? 0),
            filter_chains: [
              {
                filters: [
                  sniffer(places),
                  filter('tcp', 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
                    stat_prefix: listener,
                    cluster: 'server',
                    access_log: [fileLog(places.customLog, log)],
                  }),
                ],
              },
            ],
          })),
          clusters: [
            {
              name: 'server',
              type: 'STATIC',
              load_assignment: {
                cluster_name: 'server',
                endpoints: [{ lb_endpoints: [{ endpoint: { address: address(serverPort) } }] }],
              },
            },
          ],
        },
      }),
  };
}
