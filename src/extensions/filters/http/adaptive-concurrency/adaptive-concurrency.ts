import type { Chunk } from '../../../../api/codec.js';
import {
  DataStatus,
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import type { ResponseHeaders } from '../../../../base/header-map.js';
import { isOn } from '../../../../runtime/feature-flag.js';
import { type AdaptiveConcurrencyConfig, parseAdaptiveConcurrency } from './config.js';
import { G, GradientController } from './gradient-controller.js';

/** Lets no more requests be under way than can be answered without a queue. */
export const adaptiveConcurrencyFilter: HttpFilterFactory<AdaptiveConcurrencyConfig> = {
  name: 'envoy.filters.http.adaptive_concurrency',
  typeUrl: 'envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency',
  parse: parseAdaptiveConcurrency,
  build(config, scope) {
    const stats = scope.stats.bind(`${scope.statPrefix}.adaptive_concurrency.gradient_controller`, G);
    const controller = new GradientController(config.gradient, scope, stats);
    return (stream) => new AdaptiveConcurrencyFilter(stream, config, scope, controller);
  },
};

class AdaptiveConcurrencyFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly config: AdaptiveConcurrencyConfig;
  private readonly scope: HttpFilterContext;
  private readonly controller: GradientController;
  /** NaN unless the request holds a place. */
  private startMs: number;

  constructor(
    stream: StreamControl,
    config: AdaptiveConcurrencyConfig,
    scope: HttpFilterContext,
    controller: GradientController,
  ) {
    this.stream = stream;
    this.config = config;
    this.scope = scope;
    this.controller = controller;
    this.startMs = Number.NaN;
  }

  onRequestHeaders(): HeadersStatus {
    const { stream, config } = this;
    // Health checks are answered faster than anything else.
    if (!isOn(config.enabled, this.scope.runtime) || stream.info.isHealthCheck) return HeadersStatus.Continue;
    if (!this.controller.tryAdd()) {
      stream.localReply(config.status, 'reached concurrency limit', { details: 'reached_concurrency_limit' });
      return HeadersStatus.Stop;
    }
    this.startMs = this.scope.clock.now();
    return HeadersStatus.Continue;
  }

  onResponseHeaders(_headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    if (endStream) this.complete();
    return HeadersStatus.Continue;
  }

  onResponseData(_chunk: Chunk, endStream: boolean): DataStatus {
    if (endStream) this.complete();
    return DataStatus.Continue;
  }

  onResponseTrailers(): TrailersStatus {
    this.complete();
    return TrailersStatus.Continue;
  }

  onDestroy(): void {
    if (Number.isNaN(this.startMs)) return;
    this.startMs = Number.NaN;
    this.controller.abandon();
  }

  private complete(): void {
    const { startMs } = this;
    if (Number.isNaN(startMs)) return;
    this.startMs = Number.NaN;
    this.controller.complete(startMs);
  }
}
