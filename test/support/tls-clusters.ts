const tlsType = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext';

/** A bootstrap of a cluster and a prefix for each name; all lead to that port, over TLS with the `context` given. */
export function tlsClusters(port: number, clusters: { readonly [name: string]: object }): string {
  const routes = Object.keys(clusters).map(
    (name) => `{match: {prefix: /${name}}, route: {cluster: ${name}}}`,
  );
  const definitions = Object.entries(clusters).map(
    ([name, { context, ...rest }]: [string, { context?: object }]) =>
      JSON.stringify({
        name,
        type: 'STATIC',
        load_assignment: {
          cluster_name: name,
          endpoints: [
            {
              lb_endpoints: [
                { endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } } },
              ],
            },
          ],
        },
        transport_socket: { name: 'tls', typed_config: { '@type': tlsType, ...context } },
        ...rest,
      }),
  );
  return `
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
static_resources:
  listeners:
  - name: main
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    access_log: []
    filter_chains:
    - filters:
      - name: hcm
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: in
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes: [${routes.join(', ')}]
              response_headers_to_add: [{header: {key: reason, value: "%UPSTREAM_TRANSPORT_FAILURE_REASON%"}}, {header: {key: seen, value: "%UPSTREAM_TLS_VERSION% %UPSTREAM_PEER_DNS_SAN%"}}, {header: {key: spoken, value: "%UPSTREAM_PROTOCOL%"}}]
          http_filters: [{name: r, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
  clusters: [${definitions.join(', ')}]
`;
}
