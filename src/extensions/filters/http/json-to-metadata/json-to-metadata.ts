import type { Chunk } from '../../../../api/codec.js';
import {
  DataStatus,
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import { RouteOverride } from '../route-override.js';
import { BodyReader, type BodySlots } from './body-reader.js';
import { type JsonToMetadataConfig, parseJsonToMetadata } from './config.js';
import { JsonRules } from './rules.js';

const names = ['invalid_json_body', 'mismatched_content_type', 'no_body', 'success'] as const;

/** `json_to_metadata.`, whatever the connection manager. */
const J = statBlock({
  counters: [
    'resp.invalid_json_body',
    'resp.mismatched_content_type',
    'resp.no_body',
    'resp.success',
    'rq.invalid_json_body',
    'rq.mismatched_content_type',
    'rq.no_body',
    'rq.success',
  ],
});

function slotsOf(direction: 'rq' | 'resp'): BodySlots {
  const [invalid, otherType, noBody, success] = names.map((name) => J[`${direction}.${name}`]);
  return {
    invalid: invalid as number,
    otherType: otherType as number,
    noBody: noBody as number,
    success: success as number,
  };
}

const requestSlots = slotsOf('rq');
const responseSlots = slotsOf('resp');

/** Writes what JSON bodies say into dynamic metadata, for those who decide by it. */
export const jsonToMetadataFilter: HttpFilterFactory<JsonToMetadataConfig, JsonToMetadataConfig> = {
  name: 'envoy.filters.http.json_to_metadata',
  typeUrl: 'envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata',
  parse: parseJsonToMetadata,
  parseRoute: parseJsonToMetadata,
  build(config, scope) {
    const stats = scope.stats.bind('json_to_metadata', J);
    const rules = new RouteOverride(new BothRules(config), (onRoute: JsonToMetadataConfig) => {
      return new BothRules(onRoute);
    });
    return (stream) => new JsonToMetadataFilter(stream, rules, stats);
  },
};

class BothRules {
  readonly request: JsonRules | null;
  readonly response: JsonRules | null;

  constructor({ request, response }: JsonToMetadataConfig) {
    this.request = request === null ? null : new JsonRules(request);
    this.response = response === null ? null : new JsonRules(response);
  }
}

class JsonToMetadataFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly override: RouteOverride<JsonToMetadataConfig, BothRules>;
  private readonly stats: BoundStats;
  /** Of the route that was chosen first. */
  private rules: BothRules | null;
  private request: BodyReader<RequestHeaders> | null;
  private response: BodyReader<ResponseHeaders> | null;

  constructor(
    stream: StreamControl,
    override: RouteOverride<JsonToMetadataConfig, BothRules>,
    stats: BoundStats,
  ) {
    this.stream = stream;
    this.override = override;
    this.stats = stats;
    this.rules = null;
    this.request = null;
    this.response = null;
  }

  onRequestHeaders(headers: RequestHeaders, endStream: boolean): HeadersStatus {
    const { stream, stats } = this;
    this.rules ??= this.override.of(stream);
    const rules = this.rules.request;
    if (rules === null) return HeadersStatus.Continue;
    this.request = new BodyReader(stream, stream.request, rules, stats, requestSlots);
    return this.request.onHeaders(headers, endStream);
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    return this.request === null ? DataStatus.Continue : this.request.onData(chunk, endStream);
  }

  onRequestTrailers(): TrailersStatus {
    return this.request === null ? TrailersStatus.Continue : this.request.onTrailers();
  }

  onResponseHeaders(headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    const { stream, stats } = this;
    this.rules ??= this.override.of(stream);
    const rules = this.rules.response;
    if (rules === null) return HeadersStatus.Continue;
    this.response = new BodyReader(stream, stream.response, rules, stats, responseSlots);
    return this.response.onHeaders(headers, endStream);
  }

  onResponseData(chunk: Chunk, endStream: boolean): DataStatus {
    return this.response === null ? DataStatus.Continue : this.response.onData(chunk, endStream);
  }

  onResponseTrailers(): TrailersStatus {
    return this.response === null ? TrailersStatus.Continue : this.response.onTrailers();
  }
}
