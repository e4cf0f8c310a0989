import type { ConfigNode } from '../api/config-node.js';
import type { Counter, StatScope } from '../api/stats.js';
import type { LogContext, StreamInfo } from '../api/stream-info.js';
import type { NodeIdentity } from '../api/thread-scope.js';
import type { ClusterManager } from '../api/upstream.js';
import { compileFormat, constantFormat, type Format, formatProblem } from '../format/text-format.js';
import {
  type GrpcCall,
  type GrpcCallbacks,
  GrpcClient,
  type GrpcClientParts,
  type GrpcRequest,
  type UnaryCallbacks,
} from './grpc-client.js';

/** `envoy.config.core.v3.GrpcService`: a service that the proxy itself calls. */
export type GrpcServiceConfig = {
  readonly cluster: string;
  readonly authority: string;
  /** 0 = none. */
  readonly timeoutMs: number;
  /** Values are formats. */
  readonly metadata: readonly { readonly name: string; readonly value: string }[];
  readonly maxMessageBytes: number;
  /** Requests do not say which proxy they come from. */
  readonly hidesProxy: boolean;
};

/** What Envoy takes where nothing is set. */
const defaultMaxMessageBytes = 64 * 1024 * 1024;

export function parseGrpcService(node: ConfigNode, defaultTimeoutMs: number): GrpcServiceConfig {
  node.unsupported('google_grpc', 'services are called through clusters: use envoy_grpc');
  const envoy = node.message('envoy_grpc');
  const cluster = envoy?.string('cluster_name') ?? '';
  return {
    cluster,
    authority: envoy?.string('authority') || cluster,
    timeoutMs: node.duration('timeout', defaultTimeoutMs),
    metadata: node.list('initial_metadata').map(parseMetadataEntry),
    maxMessageBytes: envoy?.number('max_receive_message_length', 0) || defaultMaxMessageBytes,
    hidesProxy: envoy?.bool('skip_envoy_headers') ?? false,
  };
}

function parseMetadataEntry(node: ConfigNode): { readonly name: string; readonly value: string } {
  const value = node.string('value');
  const problem = formatProblem(value);
  if (problem !== undefined) node.error(problem, 'value');
  return { name: node.string('key').toLowerCase(), value: problem === undefined ? value : '' };
}

/** What a thread's services are called with; a `ThreadScope` has it all. */
export interface GrpcServiceScope extends GrpcClientParts {
  readonly node: NodeIdentity;
  readonly stats: StatScope;
}

/** Calls one method of a configured service. */
export class GrpcMethod {
  private readonly client: GrpcClient;
  private readonly config: GrpcServiceConfig;
  private readonly path: string;
  /** Null where no value depends on who asks. */
  private readonly formats: readonly (readonly [name: string, format: Format])[] | null;
  private readonly proxyHeaders: GrpcRequest['metadata'];
  private readonly fixed: GrpcRequest;
  private readonly clusters: ClusterManager;
  private readonly requests: Counter;

  constructor(config: GrpcServiceConfig, path: string, scope: GrpcServiceScope) {
    this.client = new GrpcClient(scope);
    this.config = config;
    this.path = path;
    const { metadata } = config;
    const isConstant = metadata.every(({ value }) => constantFormat(value) !== undefined);
    this.formats = isConstant
      ? null
      : metadata.map(({ name, value }) => [name, compileFormat(value, { omitEmptyValues: true })]);
    const constants = metadata.map(({ name, value }) => [name, constantFormat(value) ?? ''] as const);
    this.proxyHeaders = proxyHeaders(config, scope.node);
    this.fixed = this.requestWith(constants);
    this.clusters = scope.clusters;
    this.requests = scope.stats.counter('http.async-client.rq_total');
  }

  /** `info`: on whose behalf. */
  unary(message: Uint8Array, info: StreamInfo, callbacks: UnaryCallbacks): GrpcCall {
    this.count();
    return this.client.unary(this.requestFor(info), message, callbacks);
  }

  start(info: StreamInfo, callbacks: GrpcCallbacks): GrpcCall {
    this.count();
    return this.client.start(this.requestFor(info), callbacks);
  }

  /** As Envoy's asynchronous client does: where there is a cluster. */
  private count(): void {
    if (this.clusters.get(this.config.cluster) !== null) this.requests.inc();
  }

  private requestFor(info: StreamInfo): GrpcRequest {
    const { formats } = this;
    if (formats === null) return this.fixed;
    const context: LogContext = {
      info,
      requestHeaders: null,
      responseHeaders: null,
      responseTrailers: null,
      logType: 'NotSet',
    };
    return this.requestWith(formats.map(([name, format]) => [name, format(context)] as const));
  }

  private requestWith(metadata: GrpcRequest['metadata']): GrpcRequest {
    const { cluster, authority, timeoutMs, maxMessageBytes, hidesProxy } = this.config;
    return {
      cluster,
      path: this.path,
      authority,
      metadata: [...metadata, ...this.proxyHeaders],
      timeoutMs,
      maxMessageBytes,
      isExternal: hidesProxy,
    };
  }
}

/** What Envoy's router adds to requests of the proxy's own. */
function proxyHeaders(
  { hidesProxy, timeoutMs }: GrpcServiceConfig,
  node: NodeIdentity,
): GrpcRequest['metadata'] {
  const timeout = timeoutMs > 0 ? [['x-envoy-expected-rq-timeout-ms', String(timeoutMs)] as const] : [];
  if (hidesProxy) return timeout;
  return [['x-envoy-internal', 'true'], ['x-forwarded-for', node.localAddress], ...timeout];
}
