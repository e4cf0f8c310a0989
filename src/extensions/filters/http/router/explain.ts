import type { ActionExplanation, Setting } from '../../../../api/explain.js';
import type { ExplainedRequest, HttpFilterContext } from '../../../../api/http-filter.js';
import type {
  HashPolicyView,
  MirrorPolicyView,
  RetryPolicyConfig,
  RouteActionView,
  RouteMatch,
} from '../../../../api/route.js';
import type { LogContext } from '../../../../api/stream-info.js';
import type { Cluster, LoadBalancerContext } from '../../../../api/upstream.js';
import { timeoutText } from '../../../../base/time-text.js';
import { placeOf } from '../../../../match/places.js';
import type { RouterConfig } from './config.js';
import { applyRoute, rewriteToHost, setExpectedTimeout, takeRetryState } from './prepare-request.js';
import { requestTimeouts, type Timeouts } from './timeouts.js';

/** What the router would do with a request, by what it does with those that come. Changes the request's headers. */
export function explainRouter(
  config: RouterConfig,
  scope: HttpFilterContext,
  request: ExplainedRequest,
): ActionExplanation {
  const { route, headers, info, random } = request;
  if (route === null) return { kind: 'none', status: 404, why: 'no route matches' };
  const { action } = route;
  const input = { headers, info, random };
  switch (action.kind) {
    case 'redirect':
      return { kind: 'redirect', status: action.status, location: action.location(input) };
    case 'direct':
      return { kind: 'direct', status: action.status, body: action.body(contextOf(request)) };
    case 'route':
      return new RoutedProbe(config, scope, request, route, action).explain();
  }
}

function contextOf({ headers, info }: ExplainedRequest): LogContext {
  return { info, requestHeaders: headers, responseHeaders: null, responseTrailers: null, logType: 'NotSet' };
}

/** A request that would go upstream. */
class RoutedProbe {
  private readonly config: RouterConfig;
  private readonly scope: HttpFilterContext;
  private readonly request: ExplainedRequest;
  private readonly route: RouteMatch;
  private readonly action: RouteActionView;
  private readonly timeouts: Timeouts;

  constructor(
    config: RouterConfig,
    scope: HttpFilterContext,
    request: ExplainedRequest,
    route: RouteMatch,
    action: RouteActionView,
  ) {
    this.config = config;
    this.scope = scope;
    this.request = request;
    this.route = route;
    this.action = action;
    this.timeouts = {
      globalMs: 0,
      perTryMs: 0,
      perTryIdleMs: 0,
      maxStreamMs: 0,
      hedges: false,
      answersEmpty: false,
      rewritesGrpc: false,
    };
  }

  explain(): ActionExplanation {
    const { action, request, route, timeouts, config } = this;
    const { headers, info, random } = request;
    const choice = action.chooseCluster({ headers, info, random });
    const cluster = this.scope.clusters.get(choice.clusterName);
    if (cluster === null)
      return {
        kind: 'none',
        status: action.clusterNotFoundStatus,
        why: choice.clusterName === '' ? 'the route names no cluster' : `no cluster '${choice.clusterName}'`,
      };
    const policy = cluster.info.retryPolicy ?? action.retryPolicy;
    requestTimeouts(headers, action, policy, config.respectExpectedTimeout, timeouts);
    const priority = action.priority === 'HIGH' ? 1 : 0;
    const retry = takeRetryState(headers, policy, cluster, priority, this.scope);
    setExpectedTimeout(headers, timeouts, 0, config.suppressEnvoyHeaders);
    if (route.virtualHost.includeRequestAttemptCount) headers.set('x-envoy-attempt-count', '1');
    applyRoute(route, action, choice, headers, contextOf(request), config.suppressEnvoyHeaders);
    const cookies: string[] = [];
    const hashPolicy = cluster.info.hashPolicy ?? action.hashPolicy;
    const hash = hashPolicy?.hash({ headers, info, random }, cookies);
    const metadataMatch = choice.weighted?.metadataMatch ?? action.metadataMatch;
    const target = this.target(cluster, { hash, metadataMatch }, priority);
    return {
      kind: 'route',
      cluster: choice.clusterName,
      shares: action.shares(),
      chosenBy: action.chosenBy,
      settings: this.settings(policy, retry?.left ?? 0),
      request: {
        method: headers.method,
        path: headers.path,
        authority: headers.authority,
        headers: headers.names.map((name, i) => [name, headers.values[i] as string] as const),
      },
      hash: hashText(hashPolicy, hash, cookies),
      mirrors: mirrorsOf(cluster.info.mirrors.length > 0 ? cluster.info.mirrors : action.mirrors, request),
      target,
    };
  }

  private target(
    cluster: Cluster,
    asked: Pick<LoadBalancerContext, 'hash' | 'metadataMatch'>,
    priority: 0 | 1,
  ) {
    const { headers, info } = this.request;
    const context: LoadBalancerContext = {
      ...asked,
      headers,
      attempt: 0,
      accepts: () => true,
      hostSelectionMaxAttempts: 0,
      overrideHost: info.hostOverride,
    };
    const { told, host } = cluster.explain(context, priority);
    if (host !== null && this.action.autoHostRewrite)
      rewriteToHost(headers, host, this.action, this.config.suppressEnvoyHeaders);
    return told;
  }

  private settings(policy: RetryPolicyConfig | null, retries: number): readonly Setting[] {
    const { timeouts, action } = this;
    const { globalMs, perTryMs, perTryIdleMs, hedges } = timeouts;
    const settings: Setting[] = [
      this.setting('timeout', timeoutText(globalMs), 'timeout', globalMs !== action.timeoutMs),
      this.setting('priority', action.priority, 'priority', false),
    ];
    if (perTryMs > 0) {
      const isAsked = perTryMs !== policy?.perTryTimeoutMs;
      settings.push(this.setting('per_try_timeout', timeoutText(perTryMs), 'retry_policy', isAsked));
    }
    if (perTryIdleMs > 0)
      settings.push(this.setting('per_try_idle_timeout', timeoutText(perTryIdleMs), 'retry_policy', false));
    const isAsked = retries > 0 && retries !== policy?.numRetries;
    const value =
      retries === 0 ? 'none' : `${retries} on ${policy?.retryOn.join(', ') ?? 'what it asks for'}`;
    settings.push(this.setting('retries', value, 'retry_policy', isAsked));
    if (retries > 0 && policy !== null) {
      const base = policy.baseIntervalMs ?? this.scope.runtime.number('upstream.base_retry_backoff_ms', 25);
      const text = `${timeoutText(base)} to ${timeoutText(policy.maxIntervalMs ?? base * 10)}`;
      settings.push(this.setting('retry_back_off', text, 'retry_policy', false));
    }
    if (hedges) {
      // That of the virtual host has no place of its own.
      const isOwn = 'hedge_policy' in action.places;
      const origin = isOwn ? placeOf(action.places, 'hedge_policy', this.route.origin) : '';
      settings.push({ name: 'hedge_on_per_try_timeout', value: 'true', origin });
    }
    return settings;
  }

  private setting(name: string, value: string, field: string, isAsked: boolean): Setting {
    const place = placeOf(this.action.places, field, this.route.origin);
    return { name, value, origin: isAsked ? 'a header of the request' : place };
  }
}

function hashText(
  policy: HashPolicyView | null,
  hash: bigint | undefined,
  cookies: readonly string[],
): string {
  if (policy === null) return '';
  if (hash === undefined) return 'hash policies found nothing to hash: a host is drawn at random';
  const made = cookies.length === 0 ? '' : `, with a new cookie ${cookies.join(', ')}`;
  return `0x${hash.toString(16)} from ${policy.describe()}${made}`;
}

function mirrorsOf(mirrors: readonly MirrorPolicyView[], { headers }: ExplainedRequest): readonly string[] {
  return mirrors
    .map((mirror) => ({ name: mirror.clusterOf(headers), fraction: mirror.fraction }))
    .filter(({ name }) => name !== '')
    .map(({ name, fraction }) => `${name} (${fraction.numerator} of ${fraction.denominator})`);
}
