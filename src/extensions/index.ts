import type { Extension, ExtensionKind, ExtensionRegistry } from '../api/extension.js';
import { fileAccessLog } from './access-loggers/file/file-access-log.js';
import { stderrAccessLog, stdoutAccessLog } from './access-loggers/stream/stream-access-log.js';
import { filterModules } from './bootstrap/filter-modules/filter-modules.js';
import { internalListenerExtension } from './bootstrap/internal-listener/internal-listener.js';
import { aggregateCluster } from './clusters/aggregate/aggregate.js';
import { dnsCluster } from './clusters/dns/dns.js';
import { forwardProxyCluster } from './clusters/dynamic-forward-proxy/dynamic-forward-proxy.js';
import { redisCluster } from './clusters/redis/redis.js';
import { brotliCompressor, brotliDecompressor } from './compression/brotli/brotli.js';
import { gzipCompressor, gzipDecompressor } from './compression/gzip/gzip.js';
import { zstdCompressor, zstdDecompressor } from './compression/zstd/zstd.js';
import { addrInfoResolver, caresResolver } from './dns-resolvers/dns-resolvers.js';
import { earlyHeaderMutation } from './early-header-mutation/header-mutation/header-mutation.js';
import { adaptiveConcurrencyFilter } from './filters/http/adaptive-concurrency/adaptive-concurrency.js';
import { admissionControlFilter } from './filters/http/admission-control/admission-control.js';
import { alternateProtocolsCacheFilter } from './filters/http/alternate-protocols-cache/alternate-protocols-cache.js';
import { apiKeyAuthFilter } from './filters/http/api-key-auth/api-key-auth.js';
import { autopsyFilter } from './filters/http/autopsy/autopsy.js';
import { bandwidthLimitFilter } from './filters/http/bandwidth-limit/bandwidth-limit.js';
import { basicAuthFilter } from './filters/http/basic-auth/basic-auth.js';
import { bufferFilter } from './filters/http/buffer/buffer.js';
import { cdnLoopFilter } from './filters/http/cdn-loop/cdn-loop.js';
import { compositeFilter } from './filters/http/composite/composite.js';
import { compressorFilter } from './filters/http/compressor/compressor.js';
import { corsFilter } from './filters/http/cors/cors.js';
import { credentialInjectorFilter } from './filters/http/credential-injector/credential-injector.js';
import { csrfFilter } from './filters/http/csrf/csrf.js';
import { customResponseFilter } from './filters/http/custom-response/custom-response.js';
import { decompressorFilter } from './filters/http/decompressor/decompressor.js';
import { forwardProxyFilter } from './filters/http/dynamic-forward-proxy/dynamic-forward-proxy.js';
import { dynamoFilter } from './filters/http/dynamo/dynamo.js';
import { extAuthzFilter } from './filters/http/ext-authz/ext-authz.js';
import { faultFilter } from './filters/http/fault/fault.js';
import { grpcHttp1BridgeFilter } from './filters/http/grpc-http1-bridge/grpc-http1-bridge.js';
import { grpcHttp1ReverseBridgeFilter } from './filters/http/grpc-http1-reverse-bridge/grpc-http1-reverse-bridge.js';
import { grpcJsonTranscoderFilter } from './filters/http/grpc-json-transcoder/grpc-json-transcoder.js';
import { grpcStatsFilter } from './filters/http/grpc-stats/grpc-stats.js';
import { grpcWebFilter } from './filters/http/grpc-web/grpc-web.js';
import { headerMutationFilter } from './filters/http/header-mutation/header-mutation.js';
import { headerToMetadataFilter } from './filters/http/header-to-metadata/header-to-metadata.js';
import { healthCheckFilter } from './filters/http/health-check/health-check.js';
import { ipTaggingFilter } from './filters/http/ip-tagging/ip-tagging.js';
import { jsonToMetadataFilter } from './filters/http/json-to-metadata/json-to-metadata.js';
import { jwtAuthnFilter } from './filters/http/jwt-authn/jwt-authn.js';
import { localRateLimitFilter } from './filters/http/local-ratelimit/local-ratelimit.js';
import { matchDelegateFilter } from './filters/http/match-delegate/match-delegate.js';
import { onDemandFilter } from './filters/http/on-demand/on-demand.js';
import { originalSrcFilter } from './filters/http/original-src/original-src.js';
import { rateLimitFilter } from './filters/http/ratelimit/ratelimit.js';
import { rbacFilter } from './filters/http/rbac/rbac.js';
import { routerFilter } from './filters/http/router/router.js';
import { setFilterStateFilter } from './filters/http/set-filter-state/set-filter-state.js';
import { setMetadataFilter } from './filters/http/set-metadata/set-metadata.js';
import { statefulSessionFilter } from './filters/http/stateful-session/stateful-session.js';
import { upstreamCodec } from './filters/http/upstream-codec/upstream-codec.js';
import { httpInspector } from './filters/listener/http-inspector/http-inspector.js';
import { listenerRateLimit } from './filters/listener/local-ratelimit/local-ratelimit.js';
import { originalDst } from './filters/listener/original-dst/original-dst.js';
import { originalSrc } from './filters/listener/original-src/original-src.js';
import { proxyProtocol } from './filters/listener/proxy-protocol/proxy-protocol.js';
import { tlsInspector } from './filters/listener/tls-inspector/tls-inspector.js';
import { clientSslAuth } from './filters/network/client-ssl-auth/client-ssl-auth.js';
import { connectionLimit } from './filters/network/connection-limit/connection-limit.js';
import { directResponse } from './filters/network/direct-response/direct-response.js';
import { echo } from './filters/network/echo/echo.js';
import { networkExtAuthz } from './filters/network/ext-authz/ext-authz.js';
import { httpConnectionManager } from './filters/network/http-connection-manager/http-connection-manager.js';
import { localRateLimit } from './filters/network/local-ratelimit/local-ratelimit.js';
import { mongoProxy } from './filters/network/mongo-proxy/mongo-proxy-filter.js';
import { networkRateLimit } from './filters/network/ratelimit/ratelimit.js';
import { networkRbac } from './filters/network/rbac/rbac.js';
import { redisProxy } from './filters/network/redis-proxy/redis-proxy-filter.js';
import { networkSetFilterState } from './filters/network/set-filter-state/set-filter-state.js';
import { sniCluster } from './filters/network/sni-cluster/sni-cluster.js';
import { sniForwardProxy } from './filters/network/sni-dynamic-forward-proxy/sni-dynamic-forward-proxy.js';
import { tcpProxy } from './filters/network/tcp-proxy/tcp-proxy-filter.js';
import { zooKeeperProxy } from './filters/network/zookeeper-proxy/zookeeper-proxy.js';
import { udpProxy } from './filters/udp/udp-proxy/udp-proxy.js';
import { metadataFormatter } from './formatters/metadata/metadata.js';
import { reqWithoutQuery } from './formatters/req-without-query/req-without-query.js';
import { preserveCase } from './header-formatters/preserve-case/preserve-case.js';
import { redisHealthChecker } from './health-checkers/redis/redis.js';
import { fileHealthEventSink } from './health-event-sinks/file/file-sink.js';
import {
  allowListedRoutes,
  previousRoutes,
  safeCrossScheme,
} from './internal-redirect/redirect-predicates.js';
import { clientSideWeightedRoundRobin } from './load-balancers/client-side-weighted-round-robin/client-side-weighted-round-robin.js';
import { clusterProvided } from './load-balancers/cluster-provided/cluster-provided.js';
import { leastRequest } from './load-balancers/least-request/least-request.js';
import { maglev } from './load-balancers/maglev/maglev.js';
import { overrideHost } from './load-balancers/override-host/override-host.js';
import { random } from './load-balancers/random/random.js';
import { ringHash } from './load-balancers/ring-hash/ring-hash.js';
import { roundRobin } from './load-balancers/round-robin/round-robin.js';
import { subset } from './load-balancers/subset/subset.js';
import { wrrLocality } from './load-balancers/wrr-locality/wrr-locality.js';
import { customHeaderDetection } from './original-ip-detection/custom-header/custom-header.js';
import { xffDetection } from './original-ip-detection/xff/xff.js';
import { uriTemplateMatcher, uriTemplateRewriter } from './path/uri-template.js';
import { uuidRequestId } from './request-id/uuid/uuid.js';
import { cgroupMemory } from './resource-monitors/cgroup-memory.js';
import { cpuUtilization } from './resource-monitors/cpu-utilization.js';
import { downstreamConnections } from './resource-monitors/downstream-connections.js';
import { fixedHeap } from './resource-monitors/fixed-heap.js';
import { injectedResource } from './resource-monitors/injected-resource.js';
import { omitCanaryHosts, omitHostMetadata, previousHosts } from './retry/host-predicates.js';
import { previousPriorities } from './retry/previous-priorities.js';
import { cookieSessionState } from './session-states/cookie/cookie.js';
import { envelopeSessionState } from './session-states/envelope/envelope.js';
import { headerSessionState } from './session-states/header/header.js';
import { dogStatsd } from './stat-sinks/dog-statsd/dog-statsd.js';
import { graphiteStatsd } from './stat-sinks/graphite-statsd/graphite-statsd.js';
import { statsd } from './stat-sinks/statsd/statsd.js';
import { http11Proxy } from './transport-sockets/http-11-proxy/http-11-proxy.js';
import { internalUpstream } from './transport-sockets/internal-upstream/internal-upstream.js';
import { upstreamProxyProtocol } from './transport-sockets/proxy-protocol/proxy-protocol.js';
import { downstreamRawBuffer, upstreamRawBuffer } from './transport-sockets/raw-buffer/raw-buffer.js';
import { downstreamTls } from './transport-sockets/tls/downstream-tls.js';
import { upstreamTls } from './transport-sockets/tls/upstream-tls.js';

/** Everything that is in the binary, by the seam it is put in at. Adding an extension adds a line here. */
const lists: { readonly [kind in ExtensionKind]?: readonly Extension[] } = {
  'listener.filter': [
    httpInspector,
    listenerRateLimit,
    originalDst,
    originalSrc,
    proxyProtocol,
    tlsInspector,
  ],
  'udp.listener.filter': [udpProxy],
  'network.filter': [
    clientSslAuth,
    connectionLimit,
    directResponse,
    echo,
    httpConnectionManager,
    localRateLimit,
    mongoProxy,
    networkExtAuthz,
    networkRateLimit,
    networkRbac,
    networkSetFilterState,
    redisProxy,
    sniCluster,
    sniForwardProxy,
    tcpProxy,
    zooKeeperProxy,
  ],
  'http.filter': [
    adaptiveConcurrencyFilter,
    admissionControlFilter,
    alternateProtocolsCacheFilter,
    apiKeyAuthFilter,
    bandwidthLimitFilter,
    basicAuthFilter,
    bufferFilter,
    cdnLoopFilter,
    compositeFilter,
    compressorFilter,
    corsFilter,
    credentialInjectorFilter,
    csrfFilter,
    customResponseFilter,
    decompressorFilter,
    dynamoFilter,
    forwardProxyFilter,
    extAuthzFilter,
    faultFilter,
    grpcHttp1BridgeFilter,
    grpcHttp1ReverseBridgeFilter,
    grpcJsonTranscoderFilter,
    grpcStatsFilter,
    grpcWebFilter,
    autopsyFilter,
    headerMutationFilter,
    headerToMetadataFilter,
    healthCheckFilter,
    ipTaggingFilter,
    jsonToMetadataFilter,
    jwtAuthnFilter,
    localRateLimitFilter,
    rateLimitFilter,
    matchDelegateFilter,
    onDemandFilter,
    originalSrcFilter,
    rbacFilter,
    routerFilter,
    setFilterStateFilter,
    setMetadataFilter,
    statefulSessionFilter,
  ],
  'upstream.http.filter': [
    admissionControlFilter,
    bufferFilter,
    compositeFilter,
    compressorFilter,
    credentialInjectorFilter,
    headerMutationFilter,
    matchDelegateFilter,
    rbacFilter,
    upstreamCodec,
  ],
  'load.balancer': [
    clusterProvided,
    roundRobin,
    leastRequest,
    overrideHost,
    random,
    ringHash,
    maglev,
    subset,
    clientSideWeightedRoundRobin,
    wrrLocality,
  ],
  cluster: [aggregateCluster, dnsCluster, forwardProxyCluster, redisCluster],
  'dns.resolver': [caresResolver, addrInfoResolver],
  compressor: [gzipCompressor, brotliCompressor, zstdCompressor],
  decompressor: [gzipDecompressor, brotliDecompressor, zstdDecompressor],
  'access.logger': [fileAccessLog, stdoutAccessLog, stderrAccessLog],
  'health.checker': [redisHealthChecker],
  'health.event.sink': [fileHealthEventSink],
  'stat.sink': [statsd, dogStatsd, graphiteStatsd],
  formatter: [reqWithoutQuery, metadataFormatter],
  'retry.host.predicate': [previousHosts, omitCanaryHosts, omitHostMetadata],
  'path.matcher': [uriTemplateMatcher],
  'path.rewriter': [uriTemplateRewriter],
  'retry.priority': [previousPriorities],
  'internal.redirect.predicate': [allowListedRoutes, previousRoutes, safeCrossScheme],
  'original.ip.detection': [xffDetection, customHeaderDetection],
  'early.header.mutation': [earlyHeaderMutation],
  'header.formatter': [preserveCase],
  'request.id': [uuidRequestId],
  'session.state': [cookieSessionState, headerSessionState, envelopeSessionState],
  'resource.monitor': [cgroupMemory, cpuUtilization, downstreamConnections, fixedHeap, injectedResource],
  bootstrap: [filterModules, internalListenerExtension],
  'transport.socket.downstream': [downstreamRawBuffer, downstreamTls],
  'transport.socket.upstream': [
    http11Proxy,
    upstreamRawBuffer,
    upstreamTls,
    upstreamProxyProtocol,
    internalUpstream,
  ],
};

const nothing: readonly Extension[] = [];

/** The built-in extensions, and those that the bootstrap names besides. */
export function extensionRegistry(
  extra: ReadonlyMap<ExtensionKind, readonly Extension[]> = new Map(),
): ExtensionRegistry {
  const all = (kind: ExtensionKind): readonly Extension[] => [
    ...(lists[kind] ?? nothing),
    ...(extra.get(kind) ?? nothing),
  ];
  const byType = new Map<string, Extension>();
  const byName = new Map<string, Extension>();
  for (const kind of [...Object.keys(lists), ...extra.keys()] as ExtensionKind[]) {
    for (const extension of all(kind)) {
      byType.set(`${kind} ${extension.typeUrl}`, extension);
      byName.set(`${kind} ${extension.name}`, extension);
    }
  }
  return {
    find: (kind, typeUrl) => byType.get(`${kind} ${typeUrl}`),
    findByName: (kind, name) => byName.get(`${kind} ${name}`),
    list: all,
  };
}
