import type { Chunk } from '../../../../api/codec.js';
import {
  type ConnectionControl,
  type NetworkFilter,
  type NetworkFilterFactory,
  NetworkStatus,
} from '../../../../api/network-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import { RequestHeaders } from '../../../../base/header-map.js';
import { buildRbacEngine } from '../../../../match/rbac/rbac-matcher.js';
import type { RbacEngine, RbacVerdict } from '../../../../match/rbac/rbac-rules.js';
import { addDynamicMetadata } from '../../../../stream/dynamic-metadata.js';
import { type NetworkRbacConfig, parseNetworkRbac } from './config.js';

/** `<stat_prefix>rbac.` */
const E = statBlock({ counters: ['allowed', 'denied'] });
/** `<stat_prefix>rbac.<shadow_rules_stat_prefix>` */
const S = statBlock({ counters: ['shadow_allowed', 'shadow_denied'] });

const metadataNamespace = 'envoy.filters.network.rbac';
const noHeaders = new RequestHeaders();

/** Lets connections pass or not by who they come from and where they go. */
export const networkRbac: NetworkFilterFactory<NetworkRbacConfig> = {
  name: 'envoy.filters.network.rbac',
  typeUrl: 'envoy.extensions.filters.network.rbac.v3.RBAC',
  isTerminal: false,
  parse: parseNetworkRbac,
  build(config, scope) {
    const enforcer = new Enforcer(config, scope);
    return (connection) => new NetworkRbacFilter(enforcer, connection);
  },
};

class Enforcer {
  readonly config: NetworkRbacConfig;
  readonly hasShadow: boolean;
  private readonly stats: BoundStats;
  private readonly shadowStats: BoundStats;
  private readonly rules: RbacEngine | null;
  private readonly shadow: RbacEngine | null;

  constructor(config: NetworkRbacConfig, scope: ThreadScope) {
    const root = `${config.statPrefix.replace(/\.$/, '')}.rbac`;
    const shadowRoot =
      config.shadowStatPrefix === '' ? root : `${root}.${config.shadowStatPrefix.replace(/\.$/, '')}`;
    this.config = config;
    this.hasShadow = config.shadowRules !== null;
    this.stats = scope.stats.bind(root, E);
    this.shadowStats = scope.stats.bind(shadowRoot, S);
    this.rules = config.rules === null ? null : buildRbacEngine(config.rules, scope.runtime);
    this.shadow = config.shadowRules === null ? null : buildRbacEngine(config.shadowRules, scope.runtime);
  }

  /** Judges for the record alone. */
  judgeShadow({ record }: ConnectionControl): void {
    if (this.shadow === null) return;
    const { isAllowed, policy } = this.shadow.evaluate(noHeaders, record);
    this.shadowStats.inc(isAllowed ? S.shadow_allowed : S.shadow_denied);
    const prefix = this.config.shadowStatPrefix;
    addDynamicMetadata(record, metadataNamespace, {
      ...(policy === '' ? {} : { [`${prefix}shadow_effective_policy_id`]: policy }),
      [`${prefix}shadow_engine_result`]: isAllowed ? 'allowed' : 'denied',
    });
  }

  judge({ record }: ConnectionControl): RbacVerdict | null {
    if (this.rules === null) return null;
    const verdict = this.rules.evaluate(noHeaders, record);
    this.stats.inc(verdict.isAllowed ? E.allowed : E.denied);
    if (verdict.shouldLog !== null)
      addDynamicMetadata(record, 'envoy.common', { access_log_hint: verdict.shouldLog });
    return verdict;
  }
}

class NetworkRbacFilter implements NetworkFilter {
  private readonly enforcer: Enforcer;
  private readonly control: ConnectionControl;
  private isJudged: boolean;
  private isRefused: boolean;

  constructor(enforcer: Enforcer, control: ConnectionControl) {
    this.enforcer = enforcer;
    this.control = control;
    this.isJudged = false;
    this.isRefused = false;
  }

  onData(_chunk: Chunk): NetworkStatus {
    if (this.isRefused) return NetworkStatus.Stop;
    const { enforcer, control } = this;
    if (this.isJudged && !enforcer.config.isContinuous) return NetworkStatus.Continue;
    this.isJudged = true;
    enforcer.judgeShadow(control);
    const verdict = enforcer.judge(control);
    if (verdict === null || verdict.isAllowed) return NetworkStatus.Continue;
    this.refuse(verdict.policy);
    return NetworkStatus.Stop;
  }

  private refuse(policy: string): void {
    const { control, enforcer } = this;
    this.isRefused = true;
    const name = policy === '' ? 'none' : policy.replaceAll(/\s/g, '_');
    control.info.connectionTerminationDetails = `rbac_access_denied_matched_policy[${name}]`;
    const close = (): void => control.close('no-flush', 'rbac_deny_close');
    const { delayDenyMs } = enforcer.config;
    if (delayDenyMs === 0) close();
    else control.scope.timers.schedule(control.timer(close), delayDenyMs);
  }
}
