import { defaultHttp2Options } from '../../../src/codec/http2/options.js';
import type { ClusterConfig, ThresholdsConfig } from '../../../src/upstream/config.js';
import type { EndpointConfig } from '../../../src/upstream/endpoints-config.js';
import type { HealthCheckConfig } from '../../../src/upstream/health/config.js';
import type { HttpCheckConfig } from '../../../src/upstream/health/http-check-config.js';
import { parseUpstreamHttp1 } from '../../../src/upstream/http1-options.js';
import { systemResolver } from '../../../src/upstream/membership/dns-config.js';
import type { OutlierConfig } from '../../../src/upstream/outlier-config.js';

export function endpoint(
  address: string,
  port: number,
  changes: Partial<EndpointConfig> = {},
): EndpointConfig {
  return {
    address,
    port,
    isPipe: false,
    hostname: '',
    weight: 1,
    priority: 0,
    locality: { region: '', zone: '', subZone: '' },
    localityWeight: 0,
    metadata: null,
    healthStatus: 'UNKNOWN',
    healthCheck: null,
    ...changes,
  };
}

const thresholds: ThresholdsConfig = {
  maxConnections: 1024,
  maxPendingRequests: 1024,
  maxRequests: 1024,
  maxRetries: 3,
  maxConnectionPools: 0x7fff_ffff,
  trackRemaining: false,
  retryBudget: null,
};

/** A static cluster named `c` with Envoy's defaults. */
export function cluster(changes: Partial<ClusterConfig> = {}): ClusterConfig {
  return {
    name: 'c',
    statName: 'c',
    type: 'STATIC',
    connectTimeoutMs: 5000,
    bufferLimitBytes: 1_048_576,
    balancer: { name: '', typeUrl: '', config: {} },
    endpoints: [],
    overprovisioningFactor: 140,
    weightedPriorityHealth: false,
    dropMillionths: 0,
    dropCategory: '',
    redis: { credentials: { username: '', password: '' }, credentialsOf: {}, iam: null, hasSlots: false },
    redisCluster: null,
    forwardProxy: null,
    hasPoolPerClient: false,
    localCluster: '',
    panicThresholdPercent: 50,
    thresholds: [thresholds, thresholds],
    healthChecks: [],
    outlier: null,
    errorMatcher: null,
    maxStreamDurationMs: 0,
    hostConnections: [null, null],
    closesConnectionsOnHostFailure: false,
    idleTimeoutMs: 3_600_000,
    maxConnectionDurationMs: 0,
    maxConnectionDurationJitter: 0,
    maxRequestsPerConnection: 0,
    maxResponseHeadersKb: 80,
    maxResponseHeaders: 100,
    policies: { retryPolicy: null, hashPolicies: [], mirrorPolicies: [], attemptFilters: null },
    traffic: { timeoutBudgets: false, sizes: false, perEndpoint: false },
    protocol: 'http1',
    http2: defaultHttp2Options,
    http1: parseUpstreamHttp1(undefined),
    dns: dns(),
    eds: null,
    originalDst: null,
    aggregated: [],
    assignment: '',
    staleAfterMs: 0,
    metadata: null,
    transport: null,
    transportMatches: [],
    autoSni: null,
    ignoreNewHostsUntilFirstHc: false,
    overrideHostStatus: ['UNKNOWN', 'HEALTHY', 'DEGRADED'],
    closesConnectionsOnHostSetChange: false,
    preconnectRatio: 1,
    predictiveRatio: 1,
    socket: { sourceIp4: '', sourceIp6: '', sourcePort: 0, options: [] },
    ignoreHealthOnHostRemoval: false,
    waitForWarmOnInit: true,
    places: {},
    origin: 'test.yaml:1',
    ...changes,
  };
}

export function dns(changes: Partial<ClusterConfig['dns']> = {}): ClusterConfig['dns'] {
  return {
    refreshMs: 5000,
    respectTtl: false,
    jitterMs: 0,
    failureBaseMs: 5000,
    failureMaxMs: 5000,
    family: 'AUTO',
    leastRefreshMs: 0,
    resolver: systemResolver,
    ...changes,
  };
}

export const plainHttpCheck: HttpCheckConfig = {
  protocol: 'http1',
  host: '',
  path: '/health',
  method: 'GET',
  send: '',
  receive: [],
  responseBufferBytes: 1024,
  expected: [[200, 201]],
  retriable: [],
  headers: { remove: [], add: [] },
  serviceName: null,
};

export function httpCheck(changes: Partial<HealthCheckConfig> = {}): HealthCheckConfig {
  return {
    name: '',
    check: { kind: 'http', http: plainHttpCheck },
    timeoutMs: 1000,
    intervalMs: 2000,
    initialJitterMs: 0,
    intervalJitterMs: 0,
    intervalJitterPercent: 0,
    unhealthyThreshold: 3,
    healthyThreshold: 2,
    reuseConnection: true,
    noTrafficIntervalMs: 60_000,
    noTrafficHealthyIntervalMs: 60_000,
    unhealthyIntervalMs: 4000,
    unhealthyEdgeIntervalMs: 500,
    healthyEdgeIntervalMs: 300,
    alpn: [],
    transportMatch: null,
    eventLogPath: '',
    eventSinks: [],
    logsFailures: false,
    logsSuccesses: false,
    ...changes,
  };
}

export function outlier(changes: Partial<OutlierConfig> = {}): OutlierConfig {
  return {
    intervalMs: 10_000,
    baseEjectionMs: 30_000,
    maxEjectionMs: 300_000,
    maxEjectionPercent: 10,
    consecutive5xx: 5,
    consecutiveGateway: 5,
    consecutiveLocal: 5,
    splitsOrigins: false,
    successRate: { minimumHosts: 5, requestVolume: 100, stdevFactor: 1900 },
    failurePercentage: { threshold: 85, minimumHosts: 5, requestVolume: 50 },
    enforcing: {
      consecutive_5xx: 100,
      consecutive_gateway_failure: 0,
      consecutive_local_origin_failure: 100,
      success_rate: 100,
      local_origin_success_rate: 100,
      failure_percentage: 0,
      failure_percentage_local_origin: 0,
    },
    alwaysEjectOneHost: false,
    detectsDegraded: false,
    maxJitterMs: 0,
    unejectOnHealthCheck: true,
    ...changes,
  };
}
