import { writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isAbsolute, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { type Answer, type FetchOptions, type RunningProxy, startOrigin, startProxy } from './proxy.js';
import { dialPeer, TcpOrigin, type TcpPeer } from './tcp-peers.js';

/** A filter under test, and what surrounds it. */
export interface FilterUnderTest {
  /** Path of the module that exports it. */
  readonly module: string;
  readonly typeUrl: string;
  /** Its configuration, as it stands under `value` of the TypedStruct. */
  readonly config?: object;
  /** The same on the route. */
  readonly routeConfig?: object;
  /** Answers what has come through the filter; 200 `origin` unless given. */
  readonly origin?: (request: ReceivedRequest, response: ServerResponse) => void;
  /** Further clusters by name, each a port of 127.0.0.1. */
  readonly clusters?: { readonly [name: string]: number };
  /** Of lines in `access.log` in the proxy's folder, one for each connection; network filters. */
  readonly logFormat?: string;
  /** Bytes that the listener buffers per stream. */
  readonly bufferLimitBytes?: number;
}

/** A request as the origin got it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A running proxy with the filter in it. */
export interface FilterRunner {
  readonly proxy: RunningProxy;
  /** What the origin got, in order. */
  readonly received: readonly ReceivedRequest[];
  /** Sends a request through the filter. */
  fetch(path: string, options?: FetchOptions): Promise<Answer>;
}

/** Starts a real proxy process with the filter before the router, and an origin behind it; both end with the test. */
export async function runFilter(t: TestContext, filter: FilterUnderTest): Promise<FilterRunner> {
  const received: ReceivedRequest[] = [];
  const origin = await startOrigin(t, (incoming: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('latin1'),
      };
      received.push(request);
      if (filter.origin === undefined) response.end('origin');
      else filter.origin(request, response);
    });
  });
  const proxy = await startProxy(t, filterBootstrap(filter, origin.port));
  return { proxy, received, fetch: (path, options) => proxy.fetch(path, options) };
}

/** The bootstrap of `runFilter`, JSON, which is YAML. */
export function filterBootstrap(filter: FilterUnderTest, originPort: number): string {
  const { module, typeUrl, clusters = {} } = filter;
  const route = {
    match: { prefix: '/' },
    route: { cluster: 'origin' },
    ...(filter.routeConfig === undefined
      ? {}
      : { typed_per_filter_config: { tested: typedStruct(typeUrl, filter.routeConfig) } }),
  };
  const manager = {
    '@type':
      'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'tested',
    route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes: [route] }] },
    http_filters: [
      { name: 'tested', typed_config: typedStruct(typeUrl, filter.config ?? {}) },
      {
        name: 'router',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  };
  const filters = [{ name: 'http', typed_config: manager }];
  return bootstrapOf(module, filters, { ...clusters, origin: originPort }, filter.bufferLimitBytes);
}

function bootstrapOf(
  module: string,
  filters: readonly object[],
  clusters: { readonly [name: string]: number },
  bufferLimitBytes = 1024 * 1024,
): string {
  const modules = [isAbsolute(module) ? module : resolve(module)];
  return JSON.stringify({
    bootstrap_extensions: [
      { name: 'modules', typed_config: typedStruct('sluice.v1.FilterModules', { modules }) },
    ],
    admin: { address: address(0) },
    static_resources: {
      listeners: [
        {
          name: 'main',
          address: address(0),
          per_connection_buffer_limit_bytes: bufferLimitBytes,
          filter_chains: [{ filters }],
        },
      ],
      clusters: Object.entries(clusters).map(([name, port]) => cluster(name, port)),
    },
  });
}

/** A network filter between a client and a TCP origin that the test plays by hand. */
export interface NetworkFilterRunner {
  readonly proxy: RunningProxy;
  /** `accept()` is the next connection that came through. */
  readonly origin: TcpOrigin;
  /** A client's connection: `send`, `received`, `end`, `ended`. */
  dial(): Promise<TcpPeer>;
}

/** Starts a real proxy process with the filter before the TCP proxy; ends with the test. */
export async function runNetworkFilter(
  t: TestContext,
  filter: Omit<FilterUnderTest, 'routeConfig' | 'origin'>,
): Promise<NetworkFilterRunner> {
  const origin = await TcpOrigin.start(t);
  const proxy = await startProxy(t, networkFilterBootstrap(filter, origin.port), [
    '--file-flush-interval-msec',
    '10',
  ]);
  return { proxy, origin, dial: () => dialPeer(t, { port: proxy.port() }) };
}

/** The bootstrap of `runNetworkFilter`. */
export function networkFilterBootstrap(filter: FilterUnderTest, originPort: number): string {
  const { module, typeUrl, config = {}, clusters = {}, bufferLimitBytes } = filter;
  const line = `${filter.logFormat ?? '%DOWNSTREAM_LOCAL_CLOSE_REASON% %BYTES_RECEIVED% %BYTES_SENT%'}\n`;
  const log = {
    '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
    path: 'access.log',
    log_format: { text_format_source: { inline_string: line } },
  };
  const tcpProxy = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
    stat_prefix: 'tested',
    cluster: 'origin',
    access_log: [{ name: 'file', typed_config: log }],
  };
  const filters = [
    { name: 'tested', typed_config: typedStruct(typeUrl, config) },
    { name: 'tcp', typed_config: tcpProxy },
  ];
  return bootstrapOf(module, filters, { ...clusters, origin: originPort }, bufferLimitBytes);
}

/** Writes an ES module into the proxy's test folder; answers its path. */
export function writeModule(folder: string, name: string, text: string): string {
  const path = resolve(folder, name);
  writeFileSync(path, text);
  return path;
}

function typedStruct(typeUrl: string, value: object): object {
  return {
    '@type': 'type.googleapis.com/xds.type.v3.TypedStruct',
    type_url: `type.googleapis.com/${typeUrl}`,
    value,
  };
}

function address(port: number): object {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function cluster(name: string, port: number): object {
  const endpoint = { endpoint: { address: address(port) } };
  return {
    name,
    type: 'STATIC',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [endpoint] }] },
  };
}
