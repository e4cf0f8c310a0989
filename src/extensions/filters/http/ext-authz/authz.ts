import type { HttpFilterContext } from '../../../../api/http-filter.js';
import type { StreamInfo } from '../../../../api/stream-info.js';
import { buildMetadataMatcher } from '../../../../match/metadata-matcher.js';
import { isOn } from '../../../../runtime/feature-flag.js';
import { RouteOverride } from '../route-override.js';
import { AuthzStats } from './authz-stats.js';
import type { BodyConfig, ExtAuthzConfig, RouteAuthzConfig, ServiceConfig } from './config.js';
import { GrpcAuthzService } from './grpc-service.js';
import { HttpService } from './http-service.js';
import { buildMutationRules } from './mutation-rules.js';
import type { AuthzService } from './verdict.js';

/** How a route has its requests checked. */
export interface Check {
  readonly isDisabled: boolean;
  /** Null: the service is not told the body. */
  readonly body: BodyConfig | null;
  readonly service: AuthzService | null;
}

/** The filter's configuration at work. */
export class Authz {
  readonly config: ExtAuthzConfig;
  readonly stats: AuthzStats;
  readonly checks: RouteOverride<RouteAuthzConfig, Check>;
  /** Null: the service may change every header. */
  readonly mayChange: ((name: string) => boolean) | null;
  private readonly scope: HttpFilterContext;
  private readonly metadataEnables: ((info: StreamInfo) => boolean) | null;

  constructor(config: ExtAuthzConfig, scope: HttpFilterContext) {
    this.config = config;
    this.scope = scope;
    this.stats = new AuthzStats(scope.statPrefix, config.statPrefix, scope);
    this.mayChange = config.mutationRules === null ? null : buildMutationRules(config.mutationRules);
    const checkOf = (isDisabled: boolean, body: BodyConfig | null, service: ServiceConfig | null): Check => ({
      isDisabled,
      body,
      service: service === null ? null : this.serviceOf(service, body),
    });
    this.checks = new RouteOverride(checkOf(false, config.body, config.service), (onRoute) => {
      const body = onRoute.skipsBody ? null : (onRoute.body ?? config.body);
      return checkOf(onRoute.isDisabled, body, onRoute.service ?? config.service);
    });
    this.metadataEnables = config.enabledMetadata === null ? null : metadataTest(config.enabledMetadata);
  }

  private serviceOf(service: ServiceConfig, body: BodyConfig | null): AuthzService {
    const { config, scope } = this;
    return service.kind === 'http'
      ? new HttpService(service.http, config, scope)
      : new GrpcAuthzService(service.grpc, config, body?.packsBytes === true, scope);
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
