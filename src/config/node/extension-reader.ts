import type { ExtensionConfig, RouteFilterConfig } from '../../api/config-node.js';
import type { Extension, ExtensionKind, ExtensionRegistry } from '../../api/extension.js';
import type { HttpFilterFactory } from '../../api/http-filter.js';
import { ConfigError } from '../../base/errors.js';
import type { Plain } from '../../base/plain.js';
import { foreignCodeHint, isForeignCode } from '../foreign-code.js';
import { didYouMean } from '../nearest.js';
import { MessageValue, typeNameOf } from '../tree/message-value.js';
import type { NodeCursor } from './node-cursor.js';
import { readTypedStruct } from './typed-struct.js';

const FILTER_CONFIG = 'envoy.config.route.v3.FilterConfig';
/** Packages that hold extensions; a type of another package is no extension at all. */
const EXTENSION_PACKAGES =
  /^(envoy\.(extensions|watchdog)\.|envoy\.config\.(trace|metrics)\.|xds\.|google\.protobuf\.)/;

function has(node: NodeCursor, field: string): boolean {
  return node.value.type.field(field) !== undefined && node.has(field);
}

function wording(name: string, url: string): string {
  return `Didn't find a registered implementation for '${name}' with type URL: '${url}'`;
}

function parsed(extension: Extension, node: NodeCursor): Plain {
  try {
    return extension.parse(node);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    node.context.problems.errors.push(...error.problems);
    return undefined;
  }
}

function tellMissing(
  node: NodeCursor,
  kind: ExtensionKind,
  name: string,
  url: string,
  field: string | undefined,
): void {
  const typeName = typeNameOf(url);
  if (isForeignCode(typeName)) {
    node.notSupported(`${wording(name, url)}: ${foreignCodeHint}`, field);
    return;
  }
  const known = node.context.registry.list(kind).map((extension) => extension.typeUrl);
  const text = wording(name, url);
  const hint = didYouMean(typeName, known);
  const isExtension =
    EXTENSION_PACKAGES.test(typeName) && node.context.catalog.message(typeName) !== undefined;
  if (isExtension) node.notSupported(`${text}; not supported yet${hint}`, field);
  else node.error(`${text}; this type is no extension of kind ${kind}${hint}`, field);
}

/** A `{name, typed_config}` message, an Any, or what was in an Any: parsed by the extension of that kind and type. */
export function readExtension(node: NodeCursor, kind: ExtensionKind): ExtensionConfig | undefined {
  const { value } = node;
  if (value.typeUrl !== '') return fromAny(node, node, value, kind, node.key, undefined);
  if (value.type.field('typed_config') === undefined) return fromInner(node, kind);
  const name = value.type.field('name') === undefined ? '' : node.string('name');
  if (has(node, 'config_discovery')) return undefined;
  const isOptional = value.type.field('is_optional') !== undefined && node.bool('is_optional');
  const any = node.value.fields.get('typed_config');
  if (any === undefined || !(any.value instanceof MessageValue) || any.value.typeUrl === '') {
    if (!isOptional) tellUntyped(node, kind, name);
    return undefined;
  }
  if (any.verdict === 'unread') any.verdict = 'honoured';
  if (isOptional && !isListed(node.context.registry, kind, any.value)) {
    node.noEffect('typed_config', 'skipped: is_optional, and no such extension here');
    return undefined;
  }
  return fromAny(node, node.over(any.value), any.value, kind, name, 'typed_config');
}

function isListed(registry: ExtensionRegistry, kind: ExtensionKind, any: MessageValue): boolean {
  return registry.find(kind, typeNameOf(any.typeUrl)) !== undefined;
}

function fromAny(
  teller: NodeCursor,
  node: NodeCursor,
  any: MessageValue,
  kind: ExtensionKind,
  name: string,
  field: string | undefined,
): ExtensionConfig | undefined {
  if (any.inner === undefined) {
    // Outside a TypedStruct a type that does not exist has been told when the tree was built.
    if (any.typedStruct === undefined) return undefined;
    const typeName = typeNameOf(any.typeUrl);
    const own = node.context.registry.find(kind, typeName);
    if (own !== undefined) {
      return {
        name,
        typeUrl: typeName,
        config: readTypedStruct(teller, any, typeName, (struct) => own.parse(struct)),
      };
    }
    tellMissing(teller, kind, name, any.typeUrl, field);
    return undefined;
  }
  const typeUrl = any.inner.type.name;
  const extension = node.context.registry.find(kind, typeUrl);
  if (extension === undefined) {
    // Told once, however many readers ask for it.
    if (any.inner.whole !== 'unsupported') tellMissing(teller, kind, name, any.typeUrl, field);
    any.inner.whole = 'unsupported';
    return undefined;
  }
  return { name, typeUrl, config: parsed(extension, node.over(any.inner)) };
}

function fromInner(node: NodeCursor, kind: ExtensionKind): ExtensionConfig | undefined {
  const extension = node.context.registry.find(kind, node.typeName);
  if (extension !== undefined)
    return { name: node.key, typeUrl: node.typeName, config: parsed(extension, node) };
  tellMissing(node, kind, node.key, `type.googleapis.com/${node.typeName}`, undefined);
  node.value.whole = 'unsupported';
  return undefined;
}

/** A name alone chooses nothing, as in Envoy; what is missing can be said when the name is known. */
function tellUntyped(node: NodeCursor, kind: ExtensionKind, name: string): void {
  const { registry } = node.context;
  const named = registry.findByName(kind, name);
  const known = registry.list(kind).map((extension) => extension.name);
  const hint =
    named === undefined
      ? didYouMean(name, known)
      : `; give typed_config with "@type": "type.googleapis.com/${named.typeUrl}"`;
  node.error(`${wording(name, '')}${hint}`);
}

function isHttpFilter(extension: Extension): extension is HttpFilterFactory {
  return 'parseRoute' in extension || 'routeTypeUrl' in extension;
}

const routeParsers = new WeakMap<ExtensionRegistry, ReadonlyMap<string, HttpFilterFactory>>();

/** HTTP filters by the type of their per-route configuration. */
function routeParsersOf(registry: ExtensionRegistry): ReadonlyMap<string, HttpFilterFactory> {
  let parsers = routeParsers.get(registry);
  if (parsers === undefined) {
    const filters = registry.list('http.filter').filter(isHttpFilter);
    parsers = new Map(filters.map((filter) => [filter.routeTypeUrl ?? filter.typeUrl, filter]));
    routeParsers.set(registry, parsers);
  }
  return parsers;
}

/** One entry of `typed_per_filter_config`; `node` is over the Any, its key the filter's name. */
export function readRouteConfigs(node: NodeCursor): RouteFilterConfig | undefined {
  const { inner } = node.value;
  if (inner === undefined) return ofStruct(node, false);
  if (inner.type.name !== FILTER_CONFIG) return ofRoute(node, inner, false, false);
  const wrapper = node.over(inner);
  const disabled = wrapper.bool('disabled');
  const isOptional = wrapper.bool('is_optional');
  const config = inner.fields.get('config');
  if (config === undefined || !(config.value instanceof MessageValue))
    return { disabled, config: null, typeUrl: '' };
  if (config.value.inner === undefined) {
    return ofStruct(node.over(config.value, node.key), disabled) ?? { disabled, config: null, typeUrl: '' };
  }
  config.verdict = 'honoured';
  return ofRoute(node.over(config.value, node.key), config.value.inner, disabled, isOptional);
}

/** Of a user's filter: a TypedStruct of its type. */
function ofStruct(node: NodeCursor, disabled: boolean): RouteFilterConfig | undefined {
  const any = node.value;
  if (any.typedStruct === undefined) return undefined;
  const typeUrl = typeNameOf(any.typeUrl);
  const filter = routeParsersOf(node.context.registry).get(typeUrl);
  const parse = filter?.parseRoute;
  if (parse === undefined) {
    tellMissing(node, 'http.filter', node.key, any.typeUrl, undefined);
    return undefined;
  }
  return {
    disabled,
    config: readTypedStruct(node, any, typeUrl, (struct) => parse.call(filter, struct)),
    typeUrl,
  };
}

function ofRoute(
  node: NodeCursor,
  inner: MessageValue,
  disabled: boolean,
  isOptional: boolean,
): RouteFilterConfig | undefined {
  const typeUrl = inner.type.name;
  const filter = routeParsersOf(node.context.registry).get(typeUrl);
  if (filter?.parseRoute !== undefined) {
    return { disabled, config: filter.parseRoute(node.over(inner)), typeUrl };
  }
  inner.whole = 'unsupported';
  if (!isOptional) tellMissing(node, 'http.filter', node.key, node.value.typeUrl, undefined);
  return disabled ? { disabled, config: null, typeUrl: '' } : undefined;
}
