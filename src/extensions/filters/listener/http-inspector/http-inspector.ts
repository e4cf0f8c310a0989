import type { ListenerFilter, ListenerFilterFactory } from '../../../../api/network-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { ConnectionInfo } from '../../../../api/stream-info.js';
import { type HttpInspectorConfig, parseHttpInspector } from './config.js';
import { detectHttp } from './detect-http.js';

const S = statBlock({
  counters: ['http10_found', 'http11_found', 'http2_found', 'http_not_found', 'read_error'],
});

const found = { 'http/1.0': S.http10_found, 'http/1.1': S.http11_found, h2c: S.http2_found };

/** Tells plaintext HTTP by its first line, so that filter chains can be matched by application protocol. */
class HttpInspector implements ListenerFilter {
  readonly consumedBytes: number;
  readonly maxReadBytes: number;
  private readonly info: ConnectionInfo;
  private readonly stats: BoundStats;

  constructor(info: ConnectionInfo, stats: BoundStats) {
    this.consumedBytes = 0;
    this.maxReadBytes = 64 * 1024;
    this.info = info;
    this.stats = stats;
  }

  inspect(peeked: Buffer, length: number): 'continue' | 'wait' | 'close' {
    const { info, stats } = this;
    if (info.transportProtocol !== '' && info.transportProtocol !== 'raw_buffer') return 'continue';
    const result = detectHttp(peeked, length);
    if (result === 'more') {
      if (length < this.maxReadBytes) return 'wait';
      stats.inc(S.read_error);
      return 'close';
    }
    if (result === 'none') {
      stats.inc(S.http_not_found);
    } else {
      stats.inc(found[result]);
      info.applicationProtocols = [result];
    }
    return 'continue';
  }
}

export const httpInspector: ListenerFilterFactory<HttpInspectorConfig> = {
  name: 'envoy.filters.listener.http_inspector',
  typeUrl: 'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector',
  parse: parseHttpInspector,
  build(_config, scope) {
    const stats = scope.stats.bind('http_inspector', S);
    return (info) => new HttpInspector(info, stats);
  },
};
