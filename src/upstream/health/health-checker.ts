import type { RuntimeView } from '../../api/runtime.js';
import type { StatScope } from '../../api/stats.js';
import type { Address } from '../../api/stream-info.js';
import type { Random } from '../../base/random.js';
import type { TimerWheel } from '../../base/timer-wheel.js';
import { Http1 } from '../../codec/http1/http1-stats.js';
import { ipAddress } from '../../network/address.js';
import type { UpstreamTransport } from '../../network/transport-socket.js';
import type { Member } from '../membership/member.js';
import type { HealthCheckConfig } from './config.js';
import { H } from './health-stats.js';
import { type CheckScope, HostCheck } from './host-check.js';
import { HttpProbe } from './http-probe.js';
import type { Probe, ProbeMaker, ProbeResult, ProbeTarget } from './probe.js';
import { TcpProbe } from './tcp-probe.js';

export interface HealthCheckerOptions {
  readonly config: HealthCheckConfig;
  readonly cluster: string;
  /** `cluster.<name>` */
  readonly statRoot: string;
  readonly scope: {
    readonly timers: TimerWheel;
    readonly random: Random;
    readonly runtime: RuntimeView;
    readonly stats: StatScope;
  };
  hasTraffic(): boolean;
  onResult(member: Member, passed: boolean): void;
  /** The transport socket of the cluster's connections to that host; null for the socket itself. */
  transportOf(member: Member): UpstreamTransport | null;
  /** Replaces sockets in tests. */
  readonly probeFor?: (member: Member) => ProbeMaker;
}

/** Active health checking of a cluster's hosts, on main. */
export class HealthChecker {
  private readonly options: HealthCheckerOptions;
  private readonly scope: CheckScope;
  private readonly checks: Map<Member, HostCheck>;

  constructor(options: HealthCheckerOptions) {
    const stats = options.scope.stats.bind(`${options.statRoot}.health_check`, H);
    if (options.config.kind === 'http') options.scope.stats.bind(`${options.statRoot}.http1`, Http1);
    this.options = options;
    this.scope = {
      config: options.config,
      timers: options.scope.timers,
      random: options.scope.random,
      runtime: options.scope.runtime,
      stats,
      hasTraffic: options.hasTraffic,
      onResult: options.onResult,
    };
    this.checks = new Map();
    stats.add(H.healthy, 0);
    stats.add(H.degraded, 0);
  }

  /** Checks that host from now on, unless its endpoint says not to. */
  add(member: Member): void {
    if (member.record.healthCheck?.disabled === true) return;
    const makeProbe = this.options.probeFor?.(member) ?? this.probeMaker(member);
    const check = new HostCheck(member, this.scope, makeProbe);
    this.checks.set(member, check);
    check.start();
  }

  remove(member: Member): void {
    this.checks.get(member)?.close();
    this.checks.delete(member);
  }

  close(): void {
    for (const check of this.checks.values()) check.close();
    this.checks.clear();
  }

  /** Hosts that have had no result yet. */
  *unchecked(): Generator<Member, void> {
    for (const check of this.checks.values()) if (!check.hasResult) yield check.member;
  }

  failPassively(member: Member): void {
    this.checks.get(member)?.failPassively();
  }

  private probeMaker(member: Member): ProbeMaker {
    const { config, cluster } = this.options;
    const transport = this.options.transportOf(member);
    return (_: Address, onResult: (result: ProbeResult) => void): Probe => {
      const target: ProbeTarget = {
        get address() {
          return checkAddress(member.address, member.record.healthCheck?.port ?? 0);
        },
        hostname: member.record.hostname,
        transport,
        options: null,
      };
      if (config.http === null) {
        return new TcpProbe(
          target,
          config.tcp ?? { send: '', receive: [] },
          config.reuseConnection,
          onResult,
        );
      }
      const authority = member.record.healthCheck?.hostname || config.http.host || cluster;
      return new HttpProbe(target, config.http, authority, config.reuseConnection, onResult);
    };
  }
}

/** `health_check_config.port_value` replaces the host's own port. */
function checkAddress(host: Address, port: number): Address {
  return port === 0 || !host.isIp ? host : ipAddress(host.ip, port);
}
