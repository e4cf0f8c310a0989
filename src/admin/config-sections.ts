import { endpointConfigs } from './config-endpoints.js';
import { type FieldMask, type JsonObject, parseObject } from './field-mask.js';
import { indentJson } from './json-indent.js';
import { indented, ListText } from './list-text.js';
import type { AdminViews } from './views.js';

/** One message of a dump, with its list of resources. */
export interface DumpSection {
  /** In `envoy.admin.v3`. */
  readonly type: string;
  readonly list: string;
  /** Message of the list's elements, inside the section's. */
  readonly item: string;
  /** Fields of an element. */
  readonly fields: readonly string[];
  items(): Iterable<JsonObject>;
  /** The same as compact JSON texts, where they are known: they may be long. */
  texts?(): Iterable<string>;
  nameOf(item: JsonObject): string;
}

/** Lists that a dump may have; those of resources from a control plane are empty. */
const listFields: ReadonlySet<string> = new Set([
  'static_clusters',
  'dynamic_active_clusters',
  'dynamic_warming_clusters',
  'static_endpoint_configs',
  'dynamic_endpoint_configs',
  'ecds_filters',
  'static_listeners',
  'dynamic_listeners',
  'inline_scoped_route_configs',
  'dynamic_scoped_route_configs',
  'static_route_configs',
  'dynamic_route_configs',
  'static_secrets',
  'dynamic_active_secrets',
  'dynamic_warming_secrets',
]);

export function isListField(name: string): boolean {
  return listFields.has(name);
}

export function lists(sections: readonly DumpSection[]): readonly string[] {
  return sections.map(({ list }) => list);
}

/** The messages behind the bootstrap's, in their order. */
export function dumpSections(views: AdminViews, withEndpoints: boolean): readonly DumpSection[] {
  const { dump, loadedMs } = views.config;
  const updated = new Date(loadedMs).toISOString();
  const resources = (
    texts: readonly string[],
    field: string,
    type: string,
  ): Pick<DumpSection, 'fields' | 'items' | 'texts' | 'nameOf'> => ({
    fields: [field, 'last_updated'],
    *items() {
      for (const text of texts) {
        const resource = { '@type': `type.googleapis.com/${type}`, ...parseObject(text) };
        yield { [field]: resource, last_updated: updated };
      }
    },
    *texts() {
      for (const text of texts) {
        const inner = text.trimStart().slice(1).trimStart();
        const separator = inner.startsWith('}') ? '' : ',';
        const typed = `{"@type":"type.googleapis.com/${type}"${separator}${inner}`;
        yield `{${JSON.stringify(field)}:${typed},"last_updated":"${updated}"}`;
      }
    },
    nameOf: (item) => nameIn(item[field]),
  });
  const cluster = resources(dump.clusters, 'cluster', 'envoy.config.cluster.v3.Cluster');
  const listener = resources(dump.listeners, 'listener', 'envoy.config.listener.v3.Listener');
  const route = resources(dump.routes, 'route_config', 'envoy.config.route.v3.RouteConfiguration');
  return [
    { type: 'ClustersConfigDump', list: 'static_clusters', item: 'StaticCluster', ...cluster },
    ...(withEndpoints ? [endpointSection(views)] : []),
    { type: 'ListenersConfigDump', list: 'static_listeners', item: 'StaticListener', ...listener },
    {
      type: 'ScopedRoutesConfigDump',
      list: 'inline_scoped_route_configs',
      item: 'InlineScopedRouteConfigs',
      ...resources([], '', ''),
    },
    { type: 'RoutesConfigDump', list: 'static_route_configs', item: 'StaticRouteConfig', ...route },
    secretSection(dump.secrets),
  ];
}

/** Static secrets have a name of their own and no time. */
function secretSection(texts: readonly string[]): DumpSection {
  return {
    type: 'SecretsConfigDump',
    list: 'static_secrets',
    item: 'StaticSecret',
    fields: ['name', 'secret'],
    *items() {
      for (const text of texts) {
        const resource = parseObject(text);
        const type = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret';
        yield { name: nameIn(resource), secret: { '@type': type, ...resource } };
      }
    },
    nameOf: (item) => nameIn(item),
  };
}

function endpointSection(views: AdminViews): DumpSection {
  return {
    type: 'EndpointsConfigDump',
    list: 'static_endpoint_configs',
    item: 'StaticEndpointConfig',
    fields: ['endpoint_config', 'last_updated'],
    items: () => endpointConfigs(views.clusters()),
    nameOf: (item) => nameIn(item['endpoint_config'], 'cluster_name'),
  };
}

function nameIn(resource: unknown, field = 'name'): string {
  if (typeof resource !== 'object' || resource === null) return '';
  const name: unknown = Reflect.get(resource, field);
  return typeof name === 'string' ? name : '';
}

/** `BootstrapConfigDump`, field by field; its static resources one at a time. */
export function* bootstrapPage(views: AdminViews, mask: FieldMask | undefined): Generator<string, void> {
  const { dump, loadedMs } = views.config;
  const type = 'type.googleapis.com/envoy.admin.v3.BootstrapConfigDump';
  const lastUpdated = new Date(loadedMs).toISOString();
  if (mask !== undefined) {
    const whole = { '@type': type, bootstrap: wholeBootstrap(views), last_updated: lastUpdated };
    yield indented(mask.apply(whole), 2);
    return;
  }
  yield `  {\n   "@type": "${type}",\n   "bootstrap": {`;
  let separator = '\n';
  for (const [key, value] of Object.entries(parseObject(dump.bootstrap))) {
    yield `${separator}    ${JSON.stringify(key)}: `;
    if (key === 'static_resources') yield* staticResources(views);
    else yield indented(value, 4).trimStart();
    separator = ',\n';
  }
  yield `${separator === '\n' ? '' : '\n   '}},\n   "last_updated": "${lastUpdated}"\n  }`;
}

/** In the order of the fields' numbers. */
function staticLists({ config: { dump } }: AdminViews): readonly (readonly [string, readonly string[]])[] {
  const all = [
    ['listeners', dump.listeners],
    ['clusters', dump.clusters],
    ['secrets', dump.secrets],
  ] as const;
  return all.filter(([, texts]) => texts.length > 0);
}

function* staticResources(views: AdminViews): Generator<string, void> {
  const all = staticLists(views);
  yield '{';
  for (const [i, [name, texts]] of all.entries()) {
    const list = new ListText(`     "${name}": [`, '     ]');
    if (i > 0) yield ',';
    for (const text of texts) {
      yield list.item('');
      yield* indentJson(text, 6);
    }
    yield list.end('');
  }
  yield all.length === 0 ? '}' : '\n    }';
}

/** The whole tree at once, for a mask to work on. */
function wholeBootstrap(views: AdminViews): JsonObject {
  const bootstrap = parseObject(views.config.dump.bootstrap);
  if (!('static_resources' in bootstrap)) return bootstrap;
  const resources = staticLists(views).map(([name, texts]) => [name, texts.map(parseObject)] as const);
  return { ...bootstrap, static_resources: Object.fromEntries(resources) };
}
