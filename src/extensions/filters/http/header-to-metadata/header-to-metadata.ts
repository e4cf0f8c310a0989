import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import type { RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import { RouteOverride } from '../route-override.js';
import { type HeaderToMetadataConfig, parseHeaderToMetadata, parseHeaderToMetadataRoute } from './config.js';
import { HeaderRuleSet, M } from './rules.js';

/** Writes what headers and cookies say into dynamic metadata, for those who decide by it: routes, balancers, logs. */
export const headerToMetadataFilter: HttpFilterFactory<HeaderToMetadataConfig, HeaderToMetadataConfig> = {
  name: 'envoy.filters.http.header_to_metadata',
  typeUrl: 'envoy.extensions.filters.http.header_to_metadata.v3.Config',
  parse: parseHeaderToMetadata,
  parseRoute: parseHeaderToMetadataRoute,
  build(config, scope) {
    const rules = new RouteOverride(new BothRules(config, scope), (onRoute: HeaderToMetadataConfig) => {
      return new BothRules(onRoute, scope);
    });
    return (stream) => new HeaderToMetadataFilter(stream, rules);
  },
};

class BothRules {
  readonly request: HeaderRuleSet;
  readonly response: HeaderRuleSet;

  constructor(config: HeaderToMetadataConfig, scope: HttpFilterContext) {
    const { statPrefix } = config;
    const stats = statPrefix === '' ? null : scope.stats.bind(`http_filter_name.${statPrefix}`, M);
    this.request = new HeaderRuleSet(config.request, stats, 'request');
    this.response = new HeaderRuleSet(config.response, stats, 'response');
  }
}

class HeaderToMetadataFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly override: RouteOverride<HeaderToMetadataConfig, BothRules>;
  /** Of the route that was chosen first. */
  private rules: BothRules | null;

  constructor(stream: StreamControl, override: RouteOverride<HeaderToMetadataConfig, BothRules>) {
    this.stream = stream;
    this.override = override;
    this.rules = null;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    this.rules ??= this.override.of(this.stream);
    const { request } = this.rules;
    if (!request.isEmpty) request.apply(headers, this.stream.info);
    return HeadersStatus.Continue;
  }

  onResponseHeaders(headers: ResponseHeaders): HeadersStatus {
    this.rules ??= this.override.of(this.stream);
    const { response } = this.rules;
    if (!response.isEmpty) response.apply(headers, this.stream.info);
    return HeadersStatus.Continue;
  }
}
