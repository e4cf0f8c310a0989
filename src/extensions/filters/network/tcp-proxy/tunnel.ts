import type { ProxiedClient } from '../../../../api/proxied-client.js';
import type { LogContext, StreamInfo } from '../../../../api/stream-info.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import {
  type Cancellable,
  type Cluster,
  defaultPriority,
  type Host,
  type TcpConnectionCallbacks,
} from '../../../../api/upstream.js';
import { type HeaderMap, RequestHeaders, type ResponseHeaders } from '../../../../base/header-map.js';
import { WireMeter } from '../../../../base/wire-meter.js';
import { compileFormat, type Format } from '../../../../format/text-format.js';
import { HeaderRules } from '../../../../route/header-mutations.js';
import { HttpTunnel, type TunnelRequest } from '../../../../upstream/http-tunnel.js';
import type { TunnelConfig } from './tunnel-config.js';

const headersKey = 'envoy.tcp_proxy.propagate_response_headers';
const trailersKey = 'envoy.tcp_proxy.propagate_response_trailers';
const disableKey = 'envoy.tcp_proxy.disable_tunneling';
const metadataNamespace = 'envoy.filters.network.tcp_proxy';

/** How the sessions of a filter chain ask for tunnels. */
export class TunnelMaker {
  private readonly config: TunnelConfig;
  private readonly scope: ThreadScope;
  private readonly hostname: Format;
  private readonly headers: HeaderRules;
  /** Some log prints what tunnels carry. */
  private readonly countsWire: boolean;

  constructor(config: TunnelConfig, countsWire: boolean, scope: ThreadScope) {
    this.countsWire = countsWire;
    this.config = config;
    this.scope = scope;
    this.hostname = compileFormat(config.hostname, { formatters: config.formatters });
    this.headers = new HeaderRules({ remove: [], add: config.headers });
  }

  /** Filter state can send a connection past the tunnel. */
  isWanted({ filterState }: StreamInfo): boolean {
    return filterState?.get(disableKey) !== 'true';
  }

  open(
    cluster: Cluster,
    host: Host,
    record: StreamInfo,
    callbacks: TcpConnectionCallbacks,
    client: ProxiedClient | undefined,
  ): Cancellable | null {
    const request: TunnelRequest = {
      head: (isSecure) => {
        record.upstreamHost = host;
        return this.headOf(record, isSecure);
      },
      onAnswer: (headers) => this.keepHeaders(record, headers),
      onTrailers: (trailers) => this.keepTrailers(record, trailers),
      wire: this.meterOf(record),
    };
    const pool = cluster.httpPool(
      host,
      defaultPriority,
      null,
      false,
      client,
      record.connection.upstreamSource,
    );
    if (pool !== null) return new HttpTunnel(host, request, callbacks).start(pool);
    callbacks.onConnectFailure({ reason: 'overflow', transportFailure: '' });
    return null;
  }

  /** One for all attempts of a connection. */
  private meterOf(record: StreamInfo): WireMeter | null {
    if (this.countsWire) record.upstreamWire ??= new WireMeter();
    return record.upstreamWire;
  }

  private headOf(record: StreamInfo, isSecure: boolean): RequestHeaders {
    const { postPath, requestId } = this.config;
    const context: LogContext = {
      info: record,
      requestHeaders: null,
      responseHeaders: null,
      responseTrailers: null,
      logType: 'NotSet',
    };
    const head = new RequestHeaders();
    head.method = postPath === '' ? 'CONNECT' : 'POST';
    head.path = postPath;
    head.authority = this.hostname(context);
    if (postPath !== '') head.scheme = isSecure ? 'https' : 'http';
    this.headers.apply(head, context);
    if (requestId === null) return head;
    const id = this.scope.random.uuid();
    head.set(requestId.header, id);
    record.dynamicMetadata ??= new Map();
    const known = record.dynamicMetadata.get(metadataNamespace);
    const fields = typeof known === 'object' && known !== null ? known : {};
    record.dynamicMetadata.set(metadataNamespace, { ...fields, [requestId.metadataKey]: id });
    return head;
  }

  private keepHeaders(record: StreamInfo, headers: ResponseHeaders): void {
    if (!this.config.keepsHeaders) return;
    const status = { key: ':status', value: String(headers.status) };
    keep(record, headersKey, [status, ...fieldsOf(headers)]);
  }

  private keepTrailers(record: StreamInfo, trailers: HeaderMap): void {
    if (this.config.keepsTrailers) keep(record, trailersKey, fieldsOf(trailers));
  }
}

interface Field {
  readonly key: string;
  readonly value: string;
}

/** As `core.v3.HeaderMap` is printed. */
function keep(record: StreamInfo, key: string, headers: readonly Field[]): void {
  record.filterState ??= new Map();
  record.filterState.set(key, { headers });
}

function fieldsOf({ names, values }: HeaderMap): Field[] {
  return names.map((key, i) => ({ key, value: values[i] ?? '' }));
}
