import type { Plain } from '../../../../src/base/plain.js';
import type { DifferentialCase } from '../differential-case.js';
import type { Bootstrap, Places } from '../proxy-under-test.js';

export type Fields = { readonly [field: string]: Plain };

/** One listener of a family: its filters before the router, and its routes before the catch-all. */
export interface FilterListener {
  readonly filters: readonly Plain[];
  readonly routes?: readonly Plain[];
  readonly listenerFilters?: readonly Plain[];
  /** Fields of the connection manager. */
  readonly manager?: Fields;
  /** Fields of the route configuration. */
  readonly routeConfig?: Fields;
  /** Fields of the virtual host. */
  readonly virtualHost?: Fields;
  /** The virtual host has no list of routes. */
  readonly replacesRoutes?: boolean;
  /** Fields of the router. */
  readonly router?: Fields;
  /** A format: the router logs its attempts with it, and the connection manager logs nothing. */
  readonly attemptLog?: string;
  /** Scopes instead of one route configuration. */
  readonly scopes?: Fields;
}

/** Filters that belong together: the listeners they are tried on, and the conversations. */
export interface FilterFamily {
  readonly listeners: { readonly [name: string]: FilterListener };
  /** Fields of clusters besides `main`, which have an origin each. */
  readonly clusters?: { readonly [name: string]: Fields };
  /** Clusters of another shape, and names of origins that they use. */
  readonly shapedClusters?: (places: Places) => readonly Plain[];
  readonly origins?: readonly string[];
  /** Values of a static runtime layer. */
  readonly runtime?: Fields;
  readonly cases: readonly DifferentialCase[];
}

/** A filter of a chain, or a per-route configuration when it has no name. */
export function typed(typeUrl: string, fields: Fields = {}): Fields {
  return { '@type': `type.googleapis.com/${typeUrl}`, ...fields };
}

export function filter(name: string, typeUrl: string, fields: Fields = {}): Fields {
  return { name, typed_config: typed(typeUrl, fields) };
}

/** A route to `main` with configuration of filters. */
export function routeWith(prefix: string, perFilter: Fields, action: Fields = {}): Fields {
  return {
    match: { prefix },
    name: prefix.slice(1),
    route: { cluster: 'main', ...action },
    typed_per_filter_config: perFilter,
  };
}

const plain = 'plain';
const logFormat = [
  '%REQ(:METHOD)%',
  '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  'code=%RESPONSE_CODE%',
  'details=%RESPONSE_CODE_DETAILS%',
  'flags=%RESPONSE_FLAGS%',
  'route=%ROUTE_NAME%',
  'cluster=%UPSTREAM_CLUSTER%',
  'text=%LOCAL_REPLY_BODY%',
  'rx=%BYTES_RECEIVED%',
  'tx=%BYTES_SENT%',
].join(' ');

/** All listeners of the families, each a connection manager, after one without filters. */
export function familyBootstrap(name: string, families: readonly FilterFamily[], log: string): Bootstrap {
  const listeners: { [name: string]: FilterListener } = { [plain]: { filters: [] } };
  const clusters: { [name: string]: Fields } = {};
  const runtime: { [key: string]: Plain } = { 'switched.off': false };
  for (const family of families) {
    Object.assign(runtime, family.runtime);
    Object.assign(listeners, family.listeners);
    Object.assign(clusters, family.clusters);
  }
  return {
    name,
    extension: 'json',
    listeners: Object.keys(listeners),
    origins: ['main', ...Object.keys(clusters), ...families.flatMap((family) => family.origins ?? [])],
    text: (places) =>
      JSON.stringify({
        node: { id: 'node-1', cluster: 'cluster-1' },
        admin: { address: address(places.adminPort) },
        layered_runtime: { layers: [{ name: 'static', static_layer: runtime }] },
        static_resources: {
          listeners: Object.entries(listeners).map(([key, value]) => listener(key, value, places, log)),
          clusters: [
            cluster('main', places.origins['main'] ?? 0, {}),
            cluster('refused', places.origins['refused'] ?? 0, {}),
            ...Object.entries(clusters).map(([key, fields]) =>
              cluster(key, places.origins[key] ?? 0, fields),
            ),
            ...families.flatMap((family) => family.shapedClusters?.(places) ?? []),
          ],
        },
      }),
  };
}

export function address(port: number): Plain {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function cluster(name: string, port: number, fields: Fields): Plain {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }],
    },
    ...fields,
  };
}

function listener(name: string, own: FilterListener, places: Places, log: string): Plain {
  const routes = [
    { match: { prefix: '/__probe' }, direct_response: { status: 200 } },
    ...(own.routes ?? []),
    { match: { prefix: '/' }, route: { cluster: 'main' } },
  ];
  const virtualHost = {
    name: 'all',
    domains: ['*'],
    ...(own.replacesRoutes === true ? {} : { routes }),
    ...own.virtualHost,
  };
  const manager = typed('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
    stat_prefix: name,
    delayed_close_timeout: '0.1s',
    ...(own.scopes === undefined
      ? { route_config: { name: 'routes', ...own.routeConfig, virtual_hosts: [virtualHost] } }
      : { scoped_routes: own.scopes }),
    access_log:
      own.attemptLog === undefined
        ? [fileLog(places.defaultLog), fileLog(places.customLog, `${logFormat} ${log}`)]
        : [],
    http_filters: [
      ...own.filters,
      filter('envoy.filters.http.router', 'envoy.extensions.filters.http.router.v3.Router', {
        ...own.router,
        ...(own.attemptLog === undefined
          ? {}
          : { upstream_log: [fileLog(places.customLog, own.attemptLog)] }),
      }),
    ],
    ...own.manager,
  });
  return {
    name,
    stat_prefix: name,
    address: address(places.listeners[name] ?? 0),
    ...(own.listenerFilters === undefined ? {} : { listener_filters: own.listenerFilters }),
    filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
  };
}

export function fileLog(path: string, format?: string): Plain {
  const logFormatField =
    format === undefined ? {} : { log_format: { text_format_source: { inline_string: `${format}\n` } } };
  return {
    name: 'envoy.access_loggers.file',
    typed_config: typed('envoy.extensions.access_loggers.file.v3.FileAccessLog', { path, ...logFormatField }),
  };
}
