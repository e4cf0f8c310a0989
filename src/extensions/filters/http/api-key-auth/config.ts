import type { ConfigNode } from '../../../../api/config-node.js';

/** Where a key may be: the first source that has one decides. */
export type KeySourceConfig = { readonly kind: 'header' | 'query' | 'cookie'; readonly name: string };

/** What filter and route both say; null or empty where nothing was said. */
export type ApiKeySettings = {
  readonly credentials: readonly (readonly [key: string, client: string])[] | null;
  readonly sources: readonly KeySourceConfig[] | null;
  readonly forwarding: { readonly header: string; readonly hidesCredentials: boolean } | null;
  /** Clients of a route; null: all that have a key. */
  readonly allowedClients: readonly string[] | null;
};

export function parseApiKeyAuth(node: ConfigNode): ApiKeySettings {
  return parseSettings(node, null);
}

export function parseApiKeyAuthPerRoute(node: ConfigNode): ApiKeySettings {
  const allowed = node.strings('allowed_clients');
  return parseSettings(node, allowed.length === 0 ? null : allowed);
}

function parseSettings(node: ConfigNode, allowedClients: readonly string[] | null): ApiKeySettings {
  const forwarding = node.message('forwarding');
  const credentials = parseCredentials(node);
  const sources = node.list('key_sources').map(parseSource);
  return {
    credentials: credentials.length === 0 ? null : credentials,
    sources: sources.length === 0 ? null : sources,
    forwarding:
      forwarding === undefined
        ? null
        : {
            header: forwarding.string('header').toLowerCase(),
            hidesCredentials: forwarding.bool('hide_credentials'),
          },
    allowedClients,
  };
}

function parseCredentials(node: ConfigNode): readonly (readonly [key: string, client: string])[] {
  const seen = new Set<string>();
  return node.list('credentials').map((credential) => {
    const key = credential.string('key');
    if (seen.has(key)) credential.error(`Duplicated credential key: '${key}'`, 'key');
    seen.add(key);
    return [key, credential.string('client')];
  });
}

/** The first that is set, in Envoy's order. */
function parseSource(node: ConfigNode): KeySourceConfig {
  const header = node.string('header');
  const query = node.string('query');
  const cookie = node.string('cookie');
  if (header !== '') return { kind: 'header', name: header.toLowerCase() };
  if (query !== '') return { kind: 'query', name: query };
  if (cookie === '') node.error("One of 'header'/'query'/'cookie' must be set.");
  return { kind: 'cookie', name: cookie };
}
