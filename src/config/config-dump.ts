import type { ConfigDump } from '../api/config-dump.js';
import type { Json } from './tree/message-json.js';

const managerType = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

type JsonObject = { readonly [key: string]: Json };

/** Takes the tree of a bootstrap apart into the resources that `/config_dump` lists. */
export function configDump(bootstrap: Json): ConfigDump {
  const { static_resources, ...rest } = objectOf(bootstrap);
  const { clusters, listeners, secrets } = objectOf(static_resources);
  const hasResources = static_resources !== undefined;
  return {
    // The key keeps its place; its lists are printed from the texts below.
    bootstrap: JSON.stringify(hasResources ? { ...objectOf(bootstrap), static_resources: {} } : rest),
    clusters: listOf(clusters).map(textOf),
    listeners: listOf(listeners).map(textOf),
    secrets: listOf(secrets).map(textOf),
    routes: listOf(listeners).flatMap(routesOf).map(textOf),
  };
}

function textOf(value: Json): string {
  return JSON.stringify(value);
}

/** Inline route tables of a listener's connection managers. */
function routesOf(listener: Json): Json[] {
  const { filter_chains, default_filter_chain } = objectOf(listener);
  const chains = [
    ...listOf(filter_chains),
    ...(default_filter_chain === undefined ? [] : [default_filter_chain]),
  ];
  return chains
    .flatMap((chain) => listOf(objectOf(chain)['filters']))
    .map((filter) => objectOf(objectOf(filter)['typed_config']))
    .filter((config) => String(config['@type']).endsWith(managerType))
    .flatMap(({ route_config }) => (route_config === undefined ? [] : [route_config]));
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
