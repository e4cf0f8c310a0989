import type { HttpFilterContext } from '../../../../api/http-filter.js';
import type { MirrorPolicyView } from '../../../../api/route.js';
import type { Counter } from '../../../../api/stats.js';
import type { LogContext } from '../../../../api/stream-info.js';
import { RequestHeaders } from '../../../../base/header-map.js';
import type { AttemptLogs } from '../../../../upstream/attempt/attempt-log.js';
import { MirroredRequest, type OnClogged } from '../../../../upstream/mirrored-request.js';
import { setExpectedTimeout } from './prepare-request.js';
import type { Timeouts } from './timeouts.js';

/** What the copies of one request have in common. */
export interface MirroredFrom {
  readonly scope: HttpFilterContext;
  /** Counts the requests of the proxy's own. */
  readonly total: Counter;
  readonly headers: RequestHeaders;
  readonly context: LogContext;
  readonly timeouts: Timeouts;
  readonly bufferLimitBytes: number;
  readonly onClogged: OnClogged;
  readonly logs: AttemptLogs;
}

/** Copies of the request for those of the policies that draw it; those of unknown clusters are left out. */
export function makeMirrors(
  policies: readonly MirrorPolicyView[],
  from: MirroredFrom,
): readonly MirroredRequest[] {
  const { scope, context } = from;
  const mirrors: MirroredRequest[] = [];
  for (const policy of policies) {
    if (!scope.runtime.sampled(policy.fraction, context.info.randomValue)) continue;
    const cluster = scope.clusters.get(policy.clusterOf(from.headers));
    if (cluster === null) continue;
    const copy = copyOf(from, policy);
    from.total.inc();
    mirrors.push(
      new MirroredRequest(
        cluster,
        scope,
        copy,
        from.timeouts.globalMs,
        from.bufferLimitBytes,
        from.onClogged,
        from.logs,
      ),
    );
  }
  return mirrors;
}

/** A copy comes from the proxy itself: it is internal, and the proxy is the last it was forwarded for. */
function copyOf(
  { headers, scope, timeouts, context }: MirroredFrom,
  policy: MirrorPolicyView,
): RequestHeaders {
  const copy = new RequestHeaders();
  headers.copyTo(copy);
  copy.method = headers.method;
  copy.path = headers.path;
  copy.authority = headers.authority;
  copy.scheme = headers.scheme;
  policy.prepare(copy, context);
  copy.set('x-envoy-internal', 'true');
  copy.append('x-forwarded-for', scope.node.localAddress);
  setExpectedTimeout(copy, { ...timeouts, perTryMs: 0 }, 0);
  return copy;
}
