import { snifferBootstrap } from '../bytes/sniffer-bootstrap.js';
import { type Fields, filter } from '../families/filter-family.js';
import type { Bootstrap } from '../proxy-under-test.js';

function zooKeeper(statPrefix: string, fields: Fields = {}) {
  const type = 'envoy.extensions.filters.network.zookeeper_proxy.v3.ZooKeeperProxy';
  return () => filter('envoy.filters.network.zookeeper_proxy', type, { stat_prefix: statPrefix, ...fields });
}

/** Listeners with zookeeper_proxy, to a server on that port. Thresholds are such that no machine comes near them. */
export function zooKeeperBootstrap(serverPort: number): Bootstrap {
  return snifferBootstrap({
    name: 'zookeeper',
    serverPort,
    namespace: 'envoy.filters.network.zookeeper_proxy',
    filters: {
      main: zooKeeper('main'),
      small: zooKeeper('small', { max_packet_bytes: 100 }),
      full: zooKeeper('full', {
        enable_latency_threshold_metrics: true,
        default_latency_threshold: '100s',
        latency_threshold_overrides: [{ opcode: 'GetData', threshold: '200s' }],
        enable_per_opcode_request_bytes_metrics: true,
        enable_per_opcode_response_bytes_metrics: true,
        enable_per_opcode_decoder_error_metrics: true,
      }),
    },
  });
}
