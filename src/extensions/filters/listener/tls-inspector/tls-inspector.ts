import type { ListenerFilter, ListenerFilterFactory } from '../../../../api/network-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { ConnectionInfo } from '../../../../api/stream-info.js';
import { type ClientHello, type HelloFault, readClientHello } from '../../../../codec/tls/client-hello.js';
import { ja3, ja4 } from '../../../../codec/tls/fingerprints.js';
import { parseTlsInspector, type TlsInspectorConfig } from './config.js';

const S = statBlock({
  counters: [
    'alpn_found',
    'alpn_not_found',
    'client_hello_too_large',
    'sni_found',
    'sni_not_found',
    'tls_found',
    'tls_not_found',
  ],
  histograms: ['bytes_processed'],
  histogramUnits: { bytes_processed: 'bytes' },
});

const metadataNamespace = 'envoy.filters.listener.tls_inspector';

/** The numbers of what may be wrong, in the library that Envoy has. */
const faultCodes: { readonly [fault in HelloFault]: string } = {
  CLIENTHELLO_PARSE_FAILED: '10000083',
  DECODE_ERROR: '10000089',
  ENCRYPTED_LENGTH_TOO_LONG: '10000092',
  EXCESSIVE_MESSAGE_SIZE: '10000096',
  HTTPS_PROXY_REQUEST: '1000009b',
  HTTP_REQUEST: '1000009c',
  TOO_MANY_EMPTY_FRAGMENTS: '100000db',
  UNEXPECTED_MESSAGE: '100000df',
  UNEXPECTED_RECORD: '100000e1',
  WRONG_VERSION_NUMBER: '100000f7',
};

function failureText(fault: HelloFault): string {
  return `TLS_error|error:${faultCodes[fault]}:SSL routines:OPENSSL_internal:${fault}:TLS_error_end`;
}

/** Tells TLS from clear text and notes what the ClientHello asks for, so that filter chains can be matched by it. */
class TlsInspector implements ListenerFilter {
  readonly consumedBytes: number;
  readonly maxReadBytes: number;
  private readonly info: ConnectionInfo;
  private readonly config: TlsInspectorConfig;
  private readonly stats: BoundStats;

  constructor(info: ConnectionInfo, config: TlsInspectorConfig, stats: BoundStats) {
    this.consumedBytes = 0;
    this.maxReadBytes = config.maxHelloBytes;
    this.info = info;
    this.config = config;
    this.stats = stats;
  }

  inspect(peeked: Buffer, length: number): 'continue' | 'wait' | 'close' {
    const { stats, config } = this;
    if (length === 0) return 'wait';
    const reading = readClientHello(peeked, length);
    if (reading === 'incomplete') {
      if (length < config.maxHelloBytes) return 'wait';
      stats.record(S.bytes_processed, length);
      this.fail(S.client_hello_too_large, 'ClientHelloTooLarge');
      return 'close';
    }
    stats.record(S.bytes_processed, length);
    if (typeof reading === 'object') {
      this.note(reading);
      return 'continue';
    }
    this.info.transportFailureReason = failureText(reading);
    const isTooLarge = config.closesOnBadHello && length >= config.maxHelloBytes;
    if (isTooLarge) this.fail(S.client_hello_too_large, 'ClientHelloTooLarge');
    else this.fail(S.tls_not_found, 'ClientHelloNotDetected');
    return config.closesOnBadHello ? 'close' : 'continue';
  }

  private fail(counter: number, reason: string): void {
    this.stats.inc(counter);
    this.info.dynamicMetadata ??= new Map();
    this.info.dynamicMetadata.set(metadataNamespace, { failure_reason: reason });
  }

  private note(hello: ClientHello): void {
    const { info, stats, config } = this;
    info.transportProtocol = 'tls';
    stats.inc(S.tls_found);
    stats.inc(hello.serverName === '' ? S.sni_not_found : S.sni_found);
    stats.inc(hello.alpn.length === 0 ? S.alpn_not_found : S.alpn_found);
    info.requestedServerName = hello.serverName.toLowerCase();
    info.applicationProtocols = hello.alpn;
    if (config.withJa3) info.ja3 = ja3(hello);
    if (config.withJa4) info.ja4 = ja4(hello);
  }
}

export const tlsInspector: ListenerFilterFactory<TlsInspectorConfig> = {
  name: 'envoy.filters.listener.tls_inspector',
  typeUrl: 'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector',
  parse: parseTlsInspector,
  build(config, scope) {
    const stats = scope.stats.bind('tls_inspector', S);
    return (info) => new TlsInspector(info, config, stats);
  },
};
