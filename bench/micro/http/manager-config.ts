import type { Plain } from '../../../src/base/plain.js';
import { parseBootstrap } from '../../../src/config/bootstrap.js';
import { loadConfig } from '../../../src/config/load.js';
import { extensionRegistry } from '../../../src/extensions/index.js';

function bootstrap(retryPolicy: string): string {
  const retries = retryPolicy === '' ? '' : `, retry_policy: ${retryPolicy}`;
  return `
static_resources:
  listeners:
  - name: main
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    filter_chains:
    - filters:
      - name: hcm
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ingress
          route_config:
            name: r
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes: [{ match: { prefix: "/" }, route: { cluster: c${retries} } }]
          http_filters:
          - name: envoy.filters.http.router
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
`;
}

/** The plainest connection manager, read as a file would be. */
export function managerConfig(retryPolicy = ''): Plain {
  const loaded = loadConfig({
    yamlText: bootstrap(retryPolicy),
    registry: extensionRegistry(),
    files: {
      read: () => new Uint8Array(),
      env: () => undefined,
    },
  });
  const model = parseBootstrap(loaded.root, extensionRegistry());
  const config = model.listeners[0]?.chains[0]?.filters[0]?.config;
  if (config === undefined) throw new Error('the configuration of the bench is broken');
  return config;
}
