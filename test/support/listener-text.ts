import type { Plain } from '../../src/base/plain.js';

type Fields = { readonly [field: string]: Plain };

function typed(name: string, type: string, fields: Fields = {}): Plain {
  return { name, typed_config: { '@type': `type.googleapis.com/envoy.extensions.${type}`, ...fields } };
}

/** A file log of a test, one line per connection. */
export function fileLog(path: string, format: string): Plain {
  return typed('file', 'access_loggers.file.v3.FileAccessLog', {
    path,
    log_format: { text_format_source: { inline_string: `${format}\n` } },
  });
}

export const echoFilter = typed('echo', 'filters.network.echo.v3.Echo');
export const httpInspectorFilter = typed('inspector', 'filters.listener.http_inspector.v3.HttpInspector');

export function directResponseFilter(text: string): Plain {
  return typed('direct', 'filters.network.direct_response.v3.Config', { response: { inline_string: text } });
}

export function tcpProxyFilter(fields: Fields): Plain {
  return typed('tcp', 'filters.network.tcp_proxy.v3.TcpProxy', { stat_prefix: 'main', ...fields });
}

export function tcpAddress(address: string, more: Fields = {}): Plain {
  return { socket_address: { address, port_value: 0, ...more } };
}

/** A listener whose stats are `listener.<name>.`. */
export function listener(name: string, address: Plain, filters: readonly Plain[], more: Fields = {}): Plain {
  return { name, stat_prefix: name, address, filter_chains: [{ filters }], ...more };
}

export function staticCluster(name: string, ports: readonly number[], more: Fields = {}): Plain {
  const endpoints = ports.map((port) => ({
    endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } },
  }));
  return {
    name,
    type: 'STATIC',
    connect_timeout: '2s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: endpoints }] },
    ...more,
  };
}

/** A bootstrap with an admin server; JSON, which is YAML too. */
export function bootstrapText(
  listeners: readonly Plain[],
  clusters: readonly Plain[],
  more: Fields = {},
): string {
  return JSON.stringify({
    admin: { address: tcpAddress('127.0.0.1') },
    static_resources: { listeners, clusters },
    ...more,
  });
}

/** A `layered_runtime` with these keys. */
export function runtimeKeys(values: Fields): Fields {
  return { layered_runtime: { layers: [{ name: 'static', static_layer: values }] } };
}
