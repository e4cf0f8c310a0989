import type { AccessLog } from '../../../../api/access-log.js';
import type { Setting, TcpExplanation } from '../../../../api/explain.js';
import type { ProxiedClient } from '../../../../api/proxied-client.js';
import type { BoundStats } from '../../../../api/stats.js';
import type { StreamInfo } from '../../../../api/stream-info.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import type { LoadBalancerContext } from '../../../../api/upstream.js';
import { timeoutText } from '../../../../base/time-text.js';
import { xxHash64 } from '../../../../base/xx-hash.js';
import { printsWireBytes } from '../../../../format/wire-operators.js';
import { clientOf } from '../../../../network/proxied-connection.js';
import { mergeMetadata } from '../../../../route/metadata.js';
import { ClientTlvs } from './client-tlvs.js';
import type { TargetConfig, TcpProxyConfig } from './config.js';
import { T } from './tcp-stats.js';
import { TunnelMaker } from './tunnel.js';

const idleKey = 'envoy.tcp_proxy.per_connection_idle_timeout_ms';
const clusterKey = 'envoy.tcp_proxy.cluster';

const balancingNamespace = 'envoy.lb';

const anyHost: LoadBalancerContext = {
  hash: undefined,
  metadataMatch: null,
  headers: null,
  attempt: 0,
  accepts: () => true,
  hostSelectionMaxAttempts: 0,
};

/** The cluster that a connection goes to, and which of its hosts. */
export type Target = Pick<TargetConfig, 'name' | 'metadataMatch'>;

/** What all sessions of one filter chain share. */
export class TcpProxy {
  readonly config: TcpProxyConfig;
  readonly scope: ThreadScope;
  readonly stats: BoundStats;
  /** Null: hosts are connected to straight. */
  private readonly tunnel: TunnelMaker | null;
  private readonly tlvs: ClientTlvs;
  private readonly accessLogs: readonly AccessLog[];
  private readonly totalWeight: number;

  constructor(config: TcpProxyConfig, scope: ThreadScope) {
    this.config = config;
    this.scope = scope;
    this.tlvs = new ClientTlvs(config.tlvs, config.tlvMerge);
    this.tunnel =
      config.tunnel === null
        ? null
        : new TunnelMaker(config.tunnel, printsWireBytes(config.accessLogs), scope);
    this.stats = scope.stats.bind(`tcp.${config.statPrefix}`, T);
    this.accessLogs = config.accessLogs.map((log) => scope.accessLog(log));
    this.totalWeight = config.clusters.reduce((sum, { weight }) => sum + weight, 0);
  }

  /** Filter state has the first word, then the weights. */
  drawTarget({ filterState }: StreamInfo): Target {
    const { clusters, metadataMatch } = this.config;
    const asked = filterState?.get(clusterKey);
    if (typeof asked === 'string') return { name: asked, metadataMatch };
    let draw = clusters.length === 1 ? 0 : this.scope.random.below(this.totalWeight);
    for (const target of clusters) {
      if (draw < target.weight) return target;
      draw -= target.weight;
    }
    return { name: '', metadataMatch };
  }

  /** What hosts are told of the connection. */
  clientOf(info: StreamInfo): ProxiedClient {
    return clientOf(info.connection, this.tlvs.of(info));
  }

  /** How the connection gets its upstream; null: straight. */
  tunnelOf(info: StreamInfo): TunnelMaker | null {
    return this.tunnel?.isWanted(info) === true ? this.tunnel : null;
  }

  /** What it would do with a connection that nobody has made. */
  explain(info: StreamInfo): TcpExplanation {
    const { clusters } = this.config;
    const target = this.drawTarget(info);
    const cluster = this.scope.clusters.get(target.name);
    const shares = clusters.map(({ name, weight }) => ({
      cluster: name,
      percent: (weight / this.totalWeight) * 100,
    }));
    const { maxConnectAttempts } = this.config;
    const setting = (name: string, value: string): Setting => ({ name, value, origin: '' });
    return {
      kind: 'tcp',
      cluster: target.name,
      shares: clusters.length > 1 ? shares : [],
      settings: [
        setting('idle_timeout', timeoutText(this.idleMsOf(info))),
        setting('max_connect_attempts', String(maxConnectAttempts)),
      ],
      target: cluster?.explain(this.balancingOf(target, info), 0).told ?? null,
    };
  }

  /** What a balancer is told of the connection. */
  balancingOf({ metadataMatch }: Target, info: StreamInfo): LoadBalancerContext {
    const asked = info.dynamicMetadata?.get(balancingNamespace);
    const match =
      asked === undefined ? metadataMatch : mergeMetadata(metadataMatch, { [balancingNamespace]: asked });
    const hash = this.hashOf(info);
    return { ...anyHost, hash, metadataMatch: match, info };
  }

  private hashOf({ connection, filterState }: StreamInfo): bigint | undefined {
    const { hash } = this.config;
    if (hash === null) return undefined;
    if (hash.kind === 'source-ip') {
      const { isIp, ip } = connection.remoteAddress;
      return isIp ? xxHash64(ip) : undefined;
    }
    const value = filterState?.get(hash.key);
    return typeof value === 'string' ? xxHash64(value) : undefined;
  }

  /** Filter state has the first word; 0 = no limit. */
  idleMsOf({ filterState }: StreamInfo): number {
    const asked = filterState?.get(idleKey);
    const ms = typeof asked === 'string' ? Number(asked) : Number.NaN;
    return Number.isSafeInteger(ms) && ms >= 0 ? ms : this.config.idleTimeoutMs;
  }

  /** Milliseconds that a connection may last; 0 = as long as it likes. */
  drawDurationMs(): number {
    const { maxDurationMs, durationJitter } = this.config;
    if (maxDurationMs === 0 || durationJitter === 0) return maxDurationMs;
    return maxDurationMs * (1 + (durationJitter / 100) * (this.scope.random.below(10_001) / 10_000));
  }

  /** Wait before the attempt after `failures` failed ones: exponential with full jitter. */
  drawBackoffMs(failures: number): number {
    const { backoff } = this.config;
    if (backoff === null) return 0;
    const ceiling = Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(failures - 1, 30));
    return this.scope.random.below(Math.max(1, Math.floor(ceiling)));
  }

  log(info: StreamInfo, logType: string): void {
    for (const log of this.accessLogs) {
      log.log({ info, requestHeaders: null, responseHeaders: null, responseTrailers: null, logType });
    }
  }
}
