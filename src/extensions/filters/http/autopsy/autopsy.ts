import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import type { CidrRange } from '../../../../base/cidr.js';
import type { RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import { autopsiesText } from '../../../../format/autopsy-text.js';
import { toByteText } from '../../../../format/byte-text.js';
import { type AutopsyConfig, parseAutopsy, rangeOf } from './config.js';

/** Tells callers that may know it, in a response header, what became of the upstream attempts that failed. */
export const autopsyFilter: HttpFilterFactory<AutopsyConfig> = {
  name: 'sluice.filters.http.autopsy',
  typeUrl: 'sluice.v1.Autopsy',
  parse: parseAutopsy,
  build(config) {
    const { headerName, requestHeader } = config;
    const rules: CallerRules = {
      headerName,
      requestHeader,
      ranges: config.sourceRanges.flatMap((range) => rangeOf(range) ?? []),
    };
    return (stream) => new AutopsyFilter(stream, rules);
  },
};

interface CallerRules extends Pick<AutopsyConfig, 'headerName' | 'requestHeader'> {
  readonly ranges: readonly CidrRange[];
}

class AutopsyFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly rules: CallerRules;
  private hasKey: boolean;

  constructor(stream: StreamControl, rules: CallerRules) {
    this.stream = stream;
    this.rules = rules;
    this.hasKey = rules.requestHeader === null;
  }

  /** The key is the caller's and ours: it does not travel on. */
  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const { requestHeader } = this.rules;
    if (requestHeader !== null && headers.has(requestHeader.name)) {
      this.hasKey = headers.get(requestHeader.name) === requestHeader.value;
      headers.remove(requestHeader.name);
    }
    return HeadersStatus.Continue;
  }

  onResponseHeaders(headers: ResponseHeaders): HeadersStatus {
    const { autopsies } = this.stream.info;
    if (autopsies !== null && this.hasKey && this.isNear())
      headers.set(this.rules.headerName, toByteText(autopsiesText(autopsies)));
    return HeadersStatus.Continue;
  }

  /** By the address of the connection: whatever the request says of its client, it may not be true. */
  private isNear(): boolean {
    const { ranges } = this.rules;
    if (ranges.length === 0) return true;
    const { directRemoteAddress: peer } = this.stream.info.connection;
    return peer.isIp && ranges.some((range) => range.containsText(peer.ip));
  }
}
