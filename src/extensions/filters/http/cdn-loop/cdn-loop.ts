import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import { countCdnId } from './cdn-info.js';
import { type CdnLoopConfig, parseCdnLoop } from './config.js';

/** Stops requests that have come by here too often (RFC 8586), and adds this hop to the others. */
export const cdnLoopFilter: HttpFilterFactory<CdnLoopConfig> = {
  name: 'envoy.filters.http.cdn_loop',
  typeUrl: 'envoy.extensions.filters.http.cdn_loop.v3.CdnLoopConfig',
  parse: parseCdnLoop,
  build: (config) => (stream) => new CdnLoopFilter(stream, config),
};

class CdnLoopFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly config: CdnLoopConfig;

  constructor(stream: StreamControl, config: CdnLoopConfig) {
    this.stream = stream;
    this.config = config;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const { id, maxOccurrences } = this.config;
    const header = headers.joined('cdn-loop');
    if (header !== undefined) {
      const count = countCdnId(header, id);
      if (count === undefined) {
        this.stream.localReply(400, 'Invalid CDN-Loop header in request.', {
          details: 'invalid_cdn_loop_header',
        });
        return HeadersStatus.Stop;
      }
      if (count > maxOccurrences) {
        this.stream.localReply(502, 'The server has detected a loop between CDNs.', {
          details: 'cdn_loop_detected',
        });
        return HeadersStatus.Stop;
      }
    }
    if (header === undefined || header === '') headers.set('cdn-loop', id);
    else headers.append('cdn-loop', id);
    return HeadersStatus.Continue;
  }
}
