import type { HttpFilterContext } from '../../../../api/http-filter.js';
import type { StreamInfo } from '../../../../api/stream-info.js';
import { buildMetadataMatcher } from '../../../../match/metadata-matcher.js';
import { isOn } from '../../../../runtime/feature-flag.js';
import { RouteOverride } from '../route-override.js';
import { AuthzStats } from './authz-stats.js';
import type { BodyConfig, ExtAuthzConfig, RouteAuthzConfig } from './config.js';
import { HttpService } from './http-service.js';

/** How a route has its requests checked. */
export interface Check {
  readonly isDisabled: boolean;
  /** Null: the service is not told the body. */
  readonly body: BodyConfig | null;
  readonly service: HttpService | null;
}

/** The filter's configuration at work. */
export class Authz {
  readonly config: ExtAuthzConfig;
  readonly stats: AuthzStats;
  readonly checks: RouteOverride<RouteAuthzConfig, Check>;
  private readonly scope: HttpFilterContext;
  private readonly metadataEnables: ((info: StreamInfo) => boolean) | null;

  constructor(config: ExtAuthzConfig, scope: HttpFilterContext) {
    this.config = config;
    this.scope = scope;
    this.stats = new AuthzStats(scope.statPrefix, config.statPrefix, scope);
    const service = config.service === null ? null : new HttpService(config.service, config, scope);
    this.checks = new RouteOverride({ isDisabled: false, body: config.body, service }, (onRoute) => ({
      isDisabled: onRoute.isDisabled,
      body: onRoute.skipsBody ? null : (onRoute.body ?? config.body),
      service: onRoute.service === null ? service : new HttpService(onRoute.service, config, scope),
    }));
    this.metadataEnables = config.enabledMetadata === null ? null : metadataTest(config.enabledMetadata);
  }

  isEnabled(info: StreamInfo): boolean {
    const { scope, config, metadataEnables } = this;
    if (!scope.runtime.sampled(config.enabled, scope.random.u32())) return false;
    return metadataEnables === null || metadataEnables(info);
  }

  deniesWhenOff(): boolean {
    return isOn(this.config.deniesWhenOff, this.scope.runtime);
  }

  nowMs(): number {
    return this.scope.clock.now();
  }
}

function metadataTest(config: NonNullable<ExtAuthzConfig['enabledMetadata']>): (info: StreamInfo) => boolean {
  const matches = buildMetadataMatcher(config);
  return ({ dynamicMetadata }) => matches((namespace) => dynamicMetadata?.get(namespace) ?? null);
}
