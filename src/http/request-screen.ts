import type { ServerStreamEncoder } from '../api/codec.js';
import type { LocalReplyOptions } from '../api/http-filter.js';
import { Overload, type OverloadView, shedPoints } from '../api/overload.js';
import type { RouteMatch } from '../api/route.js';
import type { StreamInfo } from '../api/stream-info.js';
import { HeaderClass, type RequestHeaders } from '../base/header-map.js';
import { ShedStats } from '../network/shed-stats.js';
import { isGrpc } from './local-reply.js';
import type { Manager } from './manager.js';
import { H } from './manager-stats.js';
import { normalizeHost, normalizePath } from './path-rules.js';
import type { StreamConnection } from './stream-connection.js';
import { type LoggedStream, logStart } from './stream-logs.js';

/** A stream as the checks on its head see it. */
export interface ScreenedStream extends LoggedStream {
  readonly manager: LoggedStream['manager'] &
    Pick<Manager, 'config' | 'stats' | 'earlyMutations' | 'requestRules' | 'upgrades' | 'overload'>;
  readonly connection: Pick<StreamConnection, 'control' | 'origin' | 'closeAfterResponse'>;
  readonly info: StreamInfo;
  /** Its headers went through the rules in the stream that it goes on for. */
  readonly isRecreated: boolean;
  isUpgrade: boolean;
  routeNow(): RouteMatch | null;
  sendContinue(): void;
  /** The request may become a tunnel. */
  onUpgradeAllowed(type: string): void;
  localReply(status: number, body: string, options: LocalReplyOptions): void;
}

/**
 * The connection manager's checks and rules on a complete head, in Envoy's order, each ending the request when it
 * fails. Answers true when the request goes no further.
 */
export function screenRequest(
  stream: ScreenedStream,
  headers: RequestHeaders,
  codec: Pick<ServerStreamEncoder, 'expectsContinue' | 'hasHost' | 'isHttp10' | 'upgrade'>,
): boolean {
  const { manager } = stream;
  const { config } = manager;
  if ((headers.classes & HeaderClass.content) !== 0) stream.info.isGrpcRequest = isGrpc(headers);
  if (manager.overload !== null && isShed(stream, manager.overload)) return true;
  if (!stream.isRecreated && codec.expectsContinue && !config.proxy100Continue) {
    headers.remove('expect');
    stream.sendContinue();
  }
  if (headers.authority === '' && !codec.hasHost) {
    if (codec.isHttp10 && config.defaultHostForHttp10 !== '') headers.authority = config.defaultHostForHttp10;
    else return refuse(stream, 400, 'missing_host_header', !config.toleratesBadRequests);
  }
  if (headers.method !== 'CONNECT' && headers.path === '')
    return refuse(stream, 404, 'missing_path_rejected', false);
  if (headers.path !== '' && headers.path.charCodeAt(0) !== 47) {
    manager.stats.inc(H.downstream_rq_non_relative_path);
    return refuse(stream, 404, 'absolute_path_rejected', false);
  }
  if (headers.path !== '' && rewritePath(stream, headers)) return true;
  normalizeHost(headers, config, stream.connection.control.info.localAddress.port);
  if (stream.isRecreated) return false;
  const upgrade = headers.method === 'CONNECT' ? 'connect' : codec.upgrade.toLowerCase();
  const isUpgrade = upgrade !== '';
  if (manager.earlyMutations.length > 0) mutateEarly(stream, headers);
  const { origin, control } = stream.connection;
  manager.requestRules.apply(headers, control.info, isUpgrade, origin, stream.info);
  stream.info.remoteAddress = origin.remoteAddress;
  if (origin.rejectStatus !== 0) {
    manager.stats.inc(H.downstream_rq_rejected_via_ip_detection);
    return refuse(stream, origin.rejectStatus, 'rejecting_because_detection_failed', false);
  }
  if (config.logging.logsNewRequests) logStart(stream);
  if (!isUpgrade) return false;
  stream.isUpgrade = true;
  if (isAllowed(stream, upgrade)) {
    stream.onUpgradeAllowed(upgrade);
    return false;
  }
  if (stream.routeNow() === null) return false;
  manager.stats.inc(H.downstream_rq_ws_on_non_ws_route);
  noteCluster(stream, headers);
  return refuse(stream, 403, 'upgrade_failed', true);
}

/** Too much is used up for another request. */
function isShed(stream: ScreenedStream, overload: OverloadView): boolean {
  const { config, scope, stats } = stream.manager;
  if (overload.applies(Overload.shedRequests))
    scope.stats.bind(`overload.${shedPoints[1]}`, ShedStats).inc(ShedStats.shed_load_count);
  else if (!overload.applies(Overload.stopAcceptingRequests)) return false;
  stats.inc(H.downstream_rq_overload_close);
  const details = 'overload';
  stream.localReply(
    503,
    'envoy overloaded',
    config.appendsLocalOverload ? { details, headers: [['x-envoy-local-overloaded', 'true']] } : { details },
  );
  return true;
}

function mutateEarly(stream: ScreenedStream, headers: RequestHeaders): void {
  for (const mutation of stream.manager.earlyMutations) if (!mutation.mutate(headers, stream)) return;
}

function refuse(stream: ScreenedStream, status: number, details: string, closes: boolean): true {
  if (closes) stream.connection.closeAfterResponse();
  stream.localReply(status, '', { details });
  return true;
}

function rewritePath(stream: ScreenedStream, headers: RequestHeaders): boolean {
  const { manager } = stream;
  const outcome = normalizePath(headers, manager.config);
  if (outcome === 'ok') return false;
  if (outcome === 'redirect' && !isGrpc(headers)) {
    manager.stats.inc(H.downstream_rq_redirected_with_normalized_path);
    stream.localReply(307, '', {
      details: 'path_normalization_failed',
      headers: [['location', headers.path]],
    });
    return true;
  }
  manager.stats.inc(H.downstream_rq_failed_path_normalization);
  return refuse(stream, 400, 'path_normalization_failed', true);
}

function isAllowed(stream: ScreenedStream, upgrade: string): boolean {
  const { manager } = stream;
  const configured = manager.upgrades.get(upgrade);
  const route = stream.routeNow();
  const onRoute =
    route !== null && route.action.kind === 'route' ? route.action.upgrades.get(upgrade) : undefined;
  if (onRoute !== undefined) return onRoute;
  return configured === true;
}

/** A refused upgrade is logged with the cluster that it would have gone to. */
function noteCluster(stream: ScreenedStream, headers: RequestHeaders): void {
  const action = stream.routeNow()?.action;
  if (action?.kind !== 'route') return;
  const { info } = stream;
  const { clusterName } = action.chooseCluster({ headers, info, random: info.randomValue });
  info.upstreamClusterName = clusterName;
  info.upstreamClusterStatName = clusterName;
}
