import type { ListenerFilter, ListenerFilterFactory } from '../../../../api/network-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { ConnectionInfo } from '../../../../api/stream-info.js';
import { type ClientHello, readClientHello } from '../../../../codec/tls/client-hello.js';
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

/** Tells TLS from clear text and notes what the ClientHello asks for, so that filter chains can be matched by it. */
class TlsInspector implements ListenerFilter {
  readonly consumedBytes: number;
  readonly maxReadBytes: number;
  private readonly info: ConnectionInfo;
  private readonly config: TlsInspectorConfig;
  private readonly stats: BoundStats;

  constructor(info: ConnectionInfo, config: TlsInspectorConfig, stats: BoundStats) {
    this.consumedBytes = 0;
    // One byte more, so that a ClientHello that is too long is told from one that just fits.
    this.maxReadBytes = config.maxHelloBytes + 1;
    this.info = info;
    this.config = config;
    this.stats = stats;
  }

  inspect(peeked: Buffer, length: number): 'continue' | 'wait' | 'close' {
    const { stats, config } = this;
    if (length === 0) return 'wait';
    const reading = readClientHello(peeked, length);
    if (reading === 'incomplete') {
      if (length <= config.maxHelloBytes) return 'wait';
      stats.inc(S.client_hello_too_large);
      return 'close';
    }
    stats.record(S.bytes_processed, length);
    if (typeof reading === 'object') {
      this.note(reading);
      return 'continue';
    }
    stats.inc(S.tls_not_found);
    return reading === 'malformed' && config.closesOnBadHello ? 'close' : 'continue';
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
