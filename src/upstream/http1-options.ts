import type { Http1ParserOptions } from '../api/codec.js';
import type { ConfigNode } from '../api/config-node.js';
import { type NameCaseConfig, parseNameCase } from '../codec/http1/name-case-config.js';

/** `Http1ProtocolOptions` of a cluster. */
export type UpstreamHttp1Config = {
  readonly nameCase: NameCaseConfig;
  readonly enableTrailers: boolean;
  readonly allowChunkedLength: boolean;
  readonly sendsFullUrl: boolean;
};

export function parseUpstreamHttp1(node: ConfigNode | undefined): UpstreamHttp1Config {
  const servers = 'it concerns what a server reads';
  for (const field of [
    'allow_absolute_url',
    'accept_http_10',
    'default_host_for_http_10',
    'ignore_http_11_upgrade',
  ])
    node?.noEffect(field, servers);
  node?.noEffect(
    'override_stream_error_on_invalid_http_message',
    'a response that makes no sense costs its connection in HTTP/1',
  );
  return {
    nameCase: parseNameCase(node),
    enableTrailers: node?.bool('enable_trailers') ?? false,
    allowChunkedLength: node?.bool('allow_chunked_length') ?? false,
    sendsFullUrl: node?.bool('send_fully_qualified_url') ?? false,
  };
}

/** What an HTTP/1 connection to a cluster is held to. */
export function upstreamParserOptions(config: {
  readonly http1: UpstreamHttp1Config;
  readonly maxResponseHeadersKb: number;
  readonly maxResponseHeaders: number;
}): Http1ParserOptions {
  const { http1 } = config;
  return {
    maxHeadBytes: config.maxResponseHeadersKb * 1024,
    maxHeaders: config.maxResponseHeaders,
    enableTrailers: http1.enableTrailers,
    acceptHttp10: true,
    allowChunkedLength: http1.allowChunkedLength,
    headersWithUnderscores: 'ALLOW',
    spelling: http1.nameCase.spelling,
    writesProperCase: http1.nameCase.isProper,
    ignoresUpgrade: null,
    sendsFullUrl: http1.sendsFullUrl,
    allowAbsoluteUrl: false,
  };
}
