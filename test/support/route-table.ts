import type { RouteInput, RouteMatch, RouteTableView } from '../../src/api/route.js';
import type { RuntimeView } from '../../src/api/runtime.js';
import { parseRouteConfiguration } from '../../src/route/config.js';
import type { RouteTableConfig } from '../../src/route/config-types.js';
import { buildRouteTable } from '../../src/route/table.js';
import { RuntimeSnapshot } from '../../src/runtime/snapshot.js';
import { type ReadText, readText, type TestExtensions } from './config-text.js';
import { requestHeaders, streamInfo } from './stream-info.js';

export function readRoutes(yaml: string, extensions: TestExtensions = {}): ReadText<RouteTableConfig> {
  const parse = (node: Parameters<typeof parseRouteConfiguration>[0]) =>
    parseRouteConfiguration(node, { validateClusters: true });
  return readText('envoy.config.route.v3.RouteConfiguration', yaml, parse, extensions);
}

export function runtimeOf(values: { readonly [key: string]: string | number } = {}): RuntimeView {
  return new RuntimeSnapshot({ layers: [{ name: 'test', kind: 'static', values }] });
}

/** A table from YAML that must be free of problems. The configuration takes the way between threads. */
export function routeTable(
  yaml: string,
  runtime = runtimeOf(),
  extensions: TestExtensions = {},
): RouteTableView {
  const { value, problems } = readRoutes(yaml, extensions);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return buildRouteTable(structuredClone(value), { runtime });
}

/** A table with one virtual host for every domain and these routes. */
export function tableOf(routesYaml: string, runtime = runtimeOf()): RouteTableView {
  return routeTable(
    `{name: r, virtual_hosts: [{name: v, domains: ["*"], routes: [${routesYaml}]}]}`,
    runtime,
  );
}

export interface TestRequest {
  readonly path: string;
  readonly host?: string;
  readonly fields?: readonly (readonly [name: string, value: string])[];
  readonly method?: string;
  readonly random?: number;
}

export function routeInput({ path, host, fields, method, random }: TestRequest): RouteInput {
  const headers = requestHeaders(path, fields, host);
  if (method !== undefined) headers.method = method;
  return { headers, info: streamInfo(), random: random ?? 0 };
}

export function find(table: RouteTableView, request: TestRequest | string): RouteMatch | null {
  return table.find(routeInput(typeof request === 'string' ? { path: request } : request));
}

/** Name of the route that a request takes; null for none. */
export function nameOf(table: RouteTableView, request: TestRequest | string): string | null {
  return find(table, request)?.name ?? null;
}
