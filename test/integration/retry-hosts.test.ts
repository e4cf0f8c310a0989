import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { startOrigin, startProxy } from '../support/proxy.js';

const bootstrap = (bad: number, good: number): string => `
admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
static_resources:
  listeners:
  - name: main
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    filter_chains:
    - filters:
      - name: http
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ingress
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: { prefix: / }
                route:
                  cluster: origins
                  retry_policy:
                    retry_on: 5xx
                    num_retries: 1
                    host_selection_retry_max_attempts: 40
                    retry_back_off: { base_interval: 0.001s }
                    retry_host_predicate:
                    - name: envoy.retry_host_predicates.previous_hosts
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate
          http_filters:
          - name: envoy.filters.http.router
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
  - name: origins
    lb_policy: RANDOM
    load_assignment:
      cluster_name: origins
      endpoints:
      - lb_endpoints:
        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${bad} } } }
        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${good} } } }
`;

test('a retry with previous_hosts goes to a host that has not been tried', async (t) => {
  const bad = await startOrigin(t, (_request, response) => {
    response.writeHead(503);
    response.end();
  });
  const good = await startOrigin(t, (_request, response) => response.end('good'));
  const proxy = await startProxy(t, bootstrap(bad.port, good.port));
  for (let i = 0; i < 40; i++) equal((await proxy.fetch('/')).status, 200);
  ok((await proxy.stat('cluster.origins.upstream_rq_retry')) > 0);
  equal(await proxy.stat('cluster.origins.upstream_rq_active'), 0);
});
