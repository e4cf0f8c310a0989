import type { ConfigNode } from '../../api/config-node.js';
import type { Address, StreamInfo } from '../../api/stream-info.js';
import type { CertificateFacts } from '../../api/tls-info.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import type { Plain } from '../../base/plain.js';
import { plainAt } from '../../base/plain-path.js';
import { filterStateText } from '../filter-state-text.js';
import { isLocalPeer } from '../local-peer.js';
import { decodedQueryParameter } from '../query-matcher.js';

/** What a matcher tree may look at; parts that have not arrived are null, or missing where they never come. */
export interface MatchData {
  readonly info: StreamInfo;
  readonly requestHeaders?: RequestHeaders | null;
  readonly responseHeaders?: ResponseHeaders | null;
  readonly requestTrailers?: HeaderMap | null;
  readonly responseTrailers?: HeaderMap | null;
}

/** The answer of a tree that has to look at what is not there yet. */
export const later: unique symbol = Symbol('later');
export type Later = typeof later;

const kinds = {
  'envoy.type.matcher.v3.HttpRequestHeaderMatchInput': 'request-header',
  'envoy.type.matcher.v3.HttpResponseHeaderMatchInput': 'response-header',
  'envoy.type.matcher.v3.HttpRequestTrailerMatchInput': 'request-trailer',
  'envoy.type.matcher.v3.HttpResponseTrailerMatchInput': 'response-trailer',
  'envoy.type.matcher.v3.HttpRequestQueryParamMatchInput': 'query',
  'envoy.type.matcher.v3.HttpResponseStatusCodeMatchInput': 'status',
  'envoy.type.matcher.v3.HttpResponseStatusCodeClassMatchInput': 'status-class',
  'envoy.type.matcher.v3.HttpResponseLocalReplyMatchInput': 'local-reply',
  'envoy.extensions.matching.common_inputs.network.v3.DestinationIPInput': 'destination-ip',
  'envoy.extensions.matching.common_inputs.network.v3.DestinationPortInput': 'destination-port',
  'envoy.extensions.matching.common_inputs.network.v3.SourceIPInput': 'source-ip',
  'envoy.extensions.matching.common_inputs.network.v3.SourcePortInput': 'source-port',
  'envoy.extensions.matching.common_inputs.network.v3.DirectSourceIPInput': 'direct-source-ip',
  'envoy.extensions.matching.common_inputs.network.v3.SourceTypeInput': 'source-type',
  'envoy.extensions.matching.common_inputs.network.v3.ServerNameInput': 'server-name',
  'envoy.extensions.matching.common_inputs.network.v3.TransportProtocolInput': 'transport-protocol',
  'envoy.extensions.matching.common_inputs.network.v3.ApplicationProtocolInput': 'application-protocols',
  'envoy.extensions.matching.common_inputs.network.v3.FilterStateInput': 'filter-state',
  'envoy.extensions.matching.common_inputs.network.v3.NetworkNamespaceInput': 'network-namespace',
  'envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput': 'metadata',
  'envoy.extensions.matching.common_inputs.ssl.v3.UriSanInput': 'uri-san',
  'envoy.extensions.matching.common_inputs.ssl.v3.DnsSanInput': 'dns-san',
  'envoy.extensions.matching.common_inputs.ssl.v3.SubjectInput': 'subject',
} as const;

type Kind = (typeof kinds)[keyof typeof kinds];

/** What of a stream is looked at. */
export type InputConfig = {
  readonly kind: Kind;
  /** Name of a header or parameter, key of filter state, or namespace of metadata. */
  readonly name: string;
  readonly path: readonly string[];
};

/** The value that is compared; undefined when there is none. */
export type Input = (data: MatchData) => Plain | Later;

const nothing: InputConfig = { kind: 'server-name', name: '', path: [] };

/** Reads an input out of its `TypedExtensionConfig`. */
export function parseInput(node: ConfigNode | undefined): InputConfig {
  node?.string('name');
  const inner = node?.message('typed_config');
  if (node === undefined || inner === undefined) return nothing;
  const kind = Object.hasOwn(kinds, inner.typeName) ? kinds[inner.typeName as keyof typeof kinds] : undefined;
  if (kind === undefined) {
    node.unsupported('typed_config', `no matcher input of type ${inner.typeName}`);
    return nothing;
  }
  if (kind === 'query') return { kind, name: inner.string('query_param'), path: [] };
  if (kind === 'filter-state') {
    const field = inner.string('field');
    return { kind, name: inner.string('key'), path: field === '' ? [] : [field] };
  }
  if (kind === 'metadata') {
    return { kind, name: inner.string('filter'), path: inner.list('path').map((it) => it.string('key')) };
  }
  const isHeader = kind.endsWith('-header') || kind.endsWith('-trailer');
  return { kind, name: isHeader ? inner.string('header_name').toLowerCase() : '', path: [] };
}

export function buildInput(config: InputConfig): Input {
  const { kind, name } = config;
  switch (kind) {
    case 'request-header':
      return ({ requestHeaders }) => valueIn(requestHeaders, name);
    case 'response-header':
      return ({ responseHeaders }) => valueIn(responseHeaders, name);
    case 'request-trailer':
      return ({ requestTrailers }) => valueIn(requestTrailers, name);
    case 'response-trailer':
      return ({ responseTrailers }) => valueIn(responseTrailers, name);
    case 'query':
      return ({ requestHeaders }) =>
        isThere(requestHeaders) ? decodedQueryParameter(requestHeaders.path, name) : later;
    case 'status':
      return ({ responseHeaders }) => (isThere(responseHeaders) ? String(responseHeaders.status) : later);
    case 'status-class':
      return ({ responseHeaders }) => (isThere(responseHeaders) ? classOf(responseHeaders.status) : later);
    case 'local-reply':
      return ({ info, responseHeaders }) =>
        isThere(responseHeaders) ? String(info.responseCodeDetails !== 'via_upstream') : later;
    default:
      return buildStreamInput(config);
  }
}

function buildStreamInput({ kind, name, path }: InputConfig): Input {
  switch (kind) {
    case 'destination-ip':
      return ({ info }) => ipOf(info.connection.localAddress);
    case 'destination-port':
      return ({ info }) => portOf(info.connection.localAddress);
    case 'source-ip':
      return ({ info }) => ipOf(info.remoteAddress);
    case 'source-port':
      return ({ info }) => portOf(info.connection.remoteAddress);
    case 'direct-source-ip':
      return ({ info }) => ipOf(info.connection.directRemoteAddress);
    case 'source-type':
      return ({ info }) => (isLocalPeer(info.connection) ? 'local' : undefined);
    case 'transport-protocol':
      return ({ info }) => info.connection.transportProtocol || 'raw_buffer';
    case 'application-protocols':
      return ({ info }) => info.connection.applicationProtocols.map((it) => `'${it}'`).join(',') || undefined;
    case 'filter-state':
      return ({ info }) => stateText(info.filterState?.get(name), path);
    case 'metadata':
      return ({ info }) => plainAt(info.dynamicMetadata?.get(name), path);
    case 'network-namespace':
      return () => undefined;
    case 'uri-san':
      return ofPeer(({ uriSans }) => uriSans.join(','));
    case 'dns-san':
      return ofPeer(({ dnsSans }) => dnsSans.join(','));
    case 'subject':
      return ofPeer(({ subject }) => subject);
    default:
      return ({ info }) => info.connection.requestedServerName || undefined;
  }
}

/** A connection without TLS never has the text; one whose peer showed no certificate has none. */
function ofPeer(textOfPeer: (peer: CertificateFacts) => string): Input {
  return ({ info }) => {
    const { tls } = info.connection;
    if (tls === null) return later;
    return tls.peer === null ? undefined : textOfPeer(tls.peer) || undefined;
  };
}

function isThere<H>(part: H | null | undefined): part is H {
  return part !== null && part !== undefined;
}

function valueIn(headers: HeaderMap | null | undefined, name: string): string | undefined | Later {
  if (!isThere(headers)) return later;
  return name.startsWith(':') ? headers.get(name) : headers.joined(name);
}

function classOf(status: number): string | undefined {
  return status >= 100 && status < 600 ? `${Math.floor(status / 100)}xx` : undefined;
}

/** A text has no fields, and is looked at as a whole. */
function stateText(value: unknown, [field]: readonly string[]): string | undefined {
  if (value === undefined) return undefined;
  if (field === undefined || typeof value === 'string') return filterStateText(value);
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
  return filterStateText((value as { readonly [field: string]: unknown })[field]);
}

function ipOf(address: Address): string | undefined {
  return address.isIp ? address.ip : undefined;
}

function portOf(address: Address): string | undefined {
  return address.isIp ? String(address.port) : undefined;
}
