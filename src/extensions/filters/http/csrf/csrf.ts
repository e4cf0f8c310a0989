import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import { buildStringMatcher, type StringPredicate } from '../../../../match/string-matcher.js';
import { RouteOverride } from '../route-override.js';
import { type CsrfConfig, parseCsrf } from './config.js';
import { originOf } from './origin.js';

/** `http.<stat_prefix>.csrf.` */
const S = statBlock({ counters: ['missing_source_origin', 'request_invalid', 'request_valid'] });

/** Refuses requests that change something and come from another origin than the one they go to. */
export const csrfFilter: HttpFilterFactory<CsrfConfig, CsrfConfig> = {
  name: 'envoy.filters.http.csrf',
  typeUrl: 'envoy.extensions.filters.http.csrf.v3.CsrfPolicy',
  parse: parseCsrf,
  parseRoute: parseCsrf,
  build(config, scope) {
    const stats = scope.stats.bind(`${scope.statPrefix}.csrf`, S);
    const policies = new RouteOverride(new CsrfPolicy(config, scope), (onRoute: CsrfConfig) => {
      return new CsrfPolicy(onRoute, scope);
    });
    return (stream) => new CsrfFilter(stream, policies, stats);
  },
};

class CsrfPolicy {
  private readonly config: CsrfConfig;
  private readonly scope: HttpFilterContext;
  private readonly additionalOrigins: readonly StringPredicate[];

  constructor(config: CsrfConfig, scope: HttpFilterContext) {
    this.config = config;
    this.scope = scope;
    this.additionalOrigins = config.additionalOrigins.map(buildStringMatcher);
  }

  isEnabled(): boolean {
    return this.scope.runtime.sampled(this.config.enabled, this.scope.random.u32());
  }

  isShadowed(): boolean {
    const { shadow } = this.config;
    return shadow !== null && this.scope.runtime.sampled(shadow, this.scope.random.u32());
  }

  accepts(source: string, target: string): boolean {
    if (source === target) return true;
    for (let i = 0; i < this.additionalOrigins.length; i++)
      if ((this.additionalOrigins[i] as StringPredicate)(source)) return true;
    return false;
  }
}

class CsrfFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly policies: RouteOverride<CsrfConfig, CsrfPolicy>;
  private readonly stats: BoundStats;

  constructor(stream: StreamControl, policies: RouteOverride<CsrfConfig, CsrfPolicy>, stats: BoundStats) {
    this.stream = stream;
    this.policies = policies;
    this.stats = stats;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const policy = this.policies.of(this.stream);
    const isEnabled = policy.isEnabled();
    if (!isEnabled && !policy.isShadowed()) return HeadersStatus.Continue;
    if (!isChanging(headers.method) || this.isValid(policy, headers) || !isEnabled) {
      return HeadersStatus.Continue;
    }
    this.stream.localReply(403, 'Invalid origin', { details: 'csrf_origin_mismatch' });
    return HeadersStatus.Stop;
  }

  private isValid(policy: CsrfPolicy, headers: RequestHeaders): boolean {
    const source = originOf(headers.joined('origin')) || originOf(headers.joined('referer'));
    if (source === '') {
      this.stats.inc(S.missing_source_origin);
      return false;
    }
    const target = originOf(`${headers.scheme}://${headers.authority}`);
    const isValid = policy.accepts(source, target);
    this.stats.inc(isValid ? S.request_valid : S.request_invalid);
    return isValid;
  }
}

function isChanging(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'DELETE' || method === 'PATCH';
}
