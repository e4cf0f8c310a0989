import type { ConfigNode, ExtensionConfig } from '../../../../api/config-node.js';
import { parseStringMatcher, type StringMatcherConfig } from '../../../../match/string-matcher.js';
import { type FeatureFlag, parseFeatureFlag } from '../../../../runtime/feature-flag.js';

/** What is compressed in one direction. */
export type DirectionConfig = {
  readonly enabled: FeatureFlag;
  readonly minContentLength: number;
  /** Lower case, without parameters. */
  readonly contentTypes: readonly string[];
  readonly contentTypeMatchers: readonly StringMatcherConfig[];
};

export type ResponseDirectionConfig = DirectionConfig & {
  readonly disablesOnEtag: boolean;
  readonly removesAcceptEncoding: boolean;
  readonly weakensEtag: boolean;
  readonly uncompressibleCodes: readonly number[];
  readonly tellsStatus: boolean;
  /** Stats have `response.` in their names, which the fields of old do not give them. */
  readonly hasOwnStats: boolean;
};

/** `envoy.extensions.filters.http.compressor.v3.Compressor`. */
export type CompressorConfig = {
  /** Null when it was refused. */
  readonly library: ExtensionConfig | null;
  readonly request: DirectionConfig;
  readonly response: ResponseDirectionConfig;
  readonly choosesFirst: boolean;
};

/** `CompressorPerRoute`. */
export type CompressorRouteConfig = {
  readonly isDisabled: boolean;
  readonly removesAcceptEncoding: boolean | null;
  readonly library: ExtensionConfig | null;
};

const defaultContentTypes: readonly string[] = [
  'text/html',
  'text/plain',
  'text/css',
  'application/javascript',
  'application/x-javascript',
  'text/javascript',
  'text/x-javascript',
  'text/ecmascript',
  'text/js',
  'text/jscript',
  'text/x-js',
  'application/ecmascript',
  'application/x-json',
  'application/xml',
  'application/json',
  'image/svg+xml',
  'text/xml',
  'application/xhtml+xml',
  'application/grpc-web',
  'application/grpc-web+proto',
];

export function parseCompressor(node: ConfigNode): CompressorConfig {
  const request = node.message('request_direction_config');
  return {
    library: node.extension('compressor', 'compressor_library') ?? null,
    request: parseDirection(request?.message('common_config'), request !== undefined),
    response: parseResponse(node),
    choosesFirst: node.bool('choose_first'),
  };
}

export function parseCompressorPerRoute(node: ConfigNode): CompressorRouteConfig {
  const overrides = node.message('overrides');
  const response = overrides?.message('response_direction_config');
  return {
    isDisabled: node.bool('disabled'),
    removesAcceptEncoding: response?.optionalBool('remove_accept_encoding_header') ?? null,
    library: overrides?.extension('compressor', 'compressor_library') ?? null,
  };
}

function parseResponse(node: ConfigNode): ResponseDirectionConfig {
  const response = node.message('response_direction_config');
  if (response === undefined) return parseOldResponse(node);
  for (const field of oldFields)
    node.noEffect(field, 'response_direction_config takes the place of the fields of old');
  return {
    ...parseDirection(response.message('common_config'), true),
    disablesOnEtag: response.bool('disable_on_etag_header'),
    removesAcceptEncoding: response.bool('remove_accept_encoding_header'),
    weakensEtag: response.bool('weaken_etag_on_compress'),
    uncompressibleCodes: response.numbers('uncompressible_response_codes'),
    tellsStatus: response.bool('status_header_enabled'),
    hasOwnStats: true,
  };
}

const oldFields = [
  'content_length',
  'content_type',
  'disable_on_etag_header',
  'remove_accept_encoding_header',
  'runtime_enabled',
];

function parseOldResponse(node: ConfigNode): ResponseDirectionConfig {
  return {
    enabled: parseFeatureFlag(node, 'runtime_enabled', true),
    minContentLength: node.number('content_length', defaultMinLength),
    ...parseContentTypes(node),
    disablesOnEtag: node.bool('disable_on_etag_header'),
    removesAcceptEncoding: node.bool('remove_accept_encoding_header'),
    weakensEtag: false,
    uncompressibleCodes: [],
    tellsStatus: false,
    hasOwnStats: false,
  };
}

const defaultMinLength = 30;

/** `byDefault`: whether a direction that says nothing of it is on. */
function parseDirection(node: ConfigNode | undefined, byDefault: boolean): DirectionConfig {
  if (node === undefined) {
    return {
      enabled: { byDefault, runtimeKey: '' },
      minContentLength: defaultMinLength,
      contentTypes: defaultContentTypes,
      contentTypeMatchers: [],
    };
  }
  return {
    enabled: parseFeatureFlag(node, 'enabled', byDefault),
    minContentLength: node.number('min_content_length', defaultMinLength),
    ...parseContentTypes(node),
    contentTypeMatchers: node.list('content_type_matcher').map(parseStringMatcher),
  };
}

function parseContentTypes(node: ConfigNode): Pick<DirectionConfig, 'contentTypes' | 'contentTypeMatchers'> {
  const types = node.strings('content_type').map((type) => type.toLowerCase());
  return { contentTypes: types.length === 0 ? defaultContentTypes : types, contentTypeMatchers: [] };
}
