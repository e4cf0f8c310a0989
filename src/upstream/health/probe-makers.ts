import type { BoundStats } from '../../api/stats.js';
import type { Address } from '../../api/stream-info.js';
import type { RequestHeaders } from '../../base/header-map.js';
import { grpcTimeoutText } from '../../codec/grpc/timeout-text.js';
import { Http2 } from '../../codec/http2/http2-stats.js';
import { ipAddress } from '../../network/address.js';
import type { TransportOptions } from '../../network/transport-socket.js';
import type { Member } from '../membership/member.js';
import { CheckRequests, checkHead } from './check-request.js';
import type { GrpcCheckConfig, HealthCheckConfig } from './config.js';
import { GrpcProbe } from './grpc-probe.js';
import type { CheckedCluster, HealthScope } from './host-checker.js';
import type { HttpCheckConfig } from './http-check-config.js';
import { HttpJudge, HttpProbe } from './http-probe.js';
import type { HealthCheckerFactory, Probe, ProbeMaker, ProbeTarget } from './probe.js';
import {
  Http1ProbeClient,
  Http2ProbeClient,
  type ProbeClient,
  type ProbeClientOwner,
} from './probe-client.js';
import { TcpProbe } from './tcp-probe.js';

/** Opens connections of one host's checks. */
type Opener = (target: ProbeTarget) => (owner: ProbeClientOwner) => ProbeClient;

/** How one check of a cluster probes a host; everything that is the same for all hosts is made once. */
export class ProbeMakers {
  /** `HealthCheckerType` of the event log. */
  readonly eventType: string;
  private readonly config: HealthCheckConfig;
  private readonly cluster: CheckedCluster;
  private readonly scope: HealthScope;
  private readonly options: TransportOptions | null;
  private readonly build: (member: Member, target: ProbeTarget) => ProbeMaker;

  constructor(config: HealthCheckConfig, cluster: CheckedCluster, scope: HealthScope, stats: BoundStats) {
    this.config = config;
    this.cluster = cluster;
    this.scope = scope;
    const { alpn } = config;
    this.options =
      alpn.length === 0
        ? null
        : { key: alpn.join(), serverName: '', subjectAltNames: [], alpn, alpnFallback: [] };
    const { check } = config;
    switch (check.kind) {
      case 'http':
        this.eventType = 'HTTP';
        this.build = this.http(check.http, stats);
        break;
      case 'grpc':
        this.eventType = 'GRPC';
        this.build = this.grpc(check.grpc);
        break;
      case 'tcp':
        this.eventType = 'TCP';
        this.build = (_, target) => (onResult) =>
          new TcpProbe(target, check.tcp, config.reuseConnection, onResult);
        break;
      case 'custom': {
        const factory = this.factoryOf(check.extension.typeUrl);
        const { statRoot } = cluster;
        const { redis } = cluster.config;
        const build = factory.build(check.extension.config, {
          statRoot,
          redis,
          stats: scope.stats,
          clock: scope.clock,
        });
        this.eventType = factory.eventType;
        this.build = (member, target) => {
          const host = member.asHost();
          return (onResult) => build(target, host, config.reuseConnection, onResult);
        };
      }
    }
  }

  of(member: Member): ProbeMaker {
    return this.build(member, this.targetOf(member));
  }

  private http(
    config: HttpCheckConfig,
    stats: BoundStats,
  ): (member: Member, target: ProbeTarget) => ProbeMaker {
    const judge = new HttpJudge(config, { stats, runtime: this.scope.runtime, random: this.scope.random });
    const isHttp2 = config.protocol === 'http2';
    const opener = isHttp2 ? this.http2Opener() : this.http1Opener();
    return (member, target) => {
      const authority = this.authorityOf(member, config.host);
      const requests = this.requests(member, isHttp2, config.headers, () => {
        const headers = checkHead(config.method, config.path, authority, target.transport?.isSecure === true);
        headers.add('user-agent', agent);
        return headers;
      });
      const open = opener(target);
      return (onResult): Probe =>
        new HttpProbe(config, judge, () => requests.next(), open, this.config.reuseConnection, onResult);
    };
  }

  private grpc(config: GrpcCheckConfig): (member: Member, target: ProbeTarget) => ProbeMaker {
    const opener = this.http2Opener();
    const timeout = grpcTimeoutText(this.config.timeoutMs);
    return (member, target) => {
      const authority = this.authorityOf(member, config.authority);
      const requests = this.requests(member, true, config.headers, () => {
        const isSecure = target.transport?.isSecure === true;
        const headers = checkHead('POST', '/grpc.health.v1.Health/Check', authority, isSecure);
        headers.add('te', 'trailers');
        headers.add('content-type', 'application/grpc');
        headers.add('user-agent', agent);
        return headers;
      });
      const next = (): RequestHeaders => {
        const headers = requests.next();
        headers.set('grpc-timeout', timeout);
        return headers;
      };
      const open = opener(target);
      return (onResult): Probe =>
        new GrpcProbe(config.service, next, open, this.config.reuseConnection, onResult);
    };
  }

  private factoryOf(typeUrl: string): HealthCheckerFactory {
    const factory = this.scope.extensions.find('health.checker', typeUrl) as HealthCheckerFactory | undefined;
    if (factory === undefined) throw new Error(`no health checker for ${typeUrl}`);
    return factory;
  }

  private http1Opener(): Opener {
    const codecs = { config: this.cluster.config, buffers: this.scope.buffers };
    return (target) => (owner) => new Http1ProbeClient(target, codecs, owner);
  }

  private http2Opener(): Opener {
    const { config, statRoot } = this.cluster;
    const { buffers, stats } = this.scope;
    const codecs = { config, buffers, http2Stats: stats.bind(`${statRoot}.http2`, Http2) };
    return (target) => (owner) => new Http2ProbeClient(target, codecs, owner);
  }

  private requests(
    member: Member,
    isHttp2: boolean,
    rules: HttpCheckConfig['headers'],
    make: () => RequestHeaders,
  ): CheckRequests {
    const { clock, random } = this.scope;
    const protocol = isHttp2 ? 'HTTP/2' : 'HTTP/1.1';
    return new CheckRequests(
      rules,
      { member, cluster: this.cluster.config.name, protocol, clock, random },
      make,
    );
  }

  private authorityOf(member: Member, configured: string): string {
    return member.record.healthCheck?.hostname || configured || this.cluster.config.name;
  }

  private targetOf(member: Member): ProbeTarget {
    const { transportMatch } = this.config;
    const metadata =
      transportMatch === null
        ? member.record.metadata
        : { filter_metadata: { 'envoy.transport_socket_match': transportMatch } };
    return {
      get address() {
        return checkAddress(member);
      },
      hostname: member.record.hostname,
      transport: this.cluster.transportOf(metadata),
      options: this.options,
    };
  }
}

const agent = 'Envoy/HC';

/** `health_check_config` may name another address, and another port of whichever it is. */
function checkAddress({ record, address }: Member): Address {
  const { healthCheck } = record;
  if (healthCheck === null) return address;
  const base = healthCheck.address ?? address;
  return healthCheck.port === 0 || !base.isIp ? base : ipAddress(base.ip, healthCheck.port);
}
