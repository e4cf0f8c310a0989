// Outside this repository: from 'sluice/filter'.
import { HeadersStatus, type HttpFilterFactory } from '../../src/filter.js';

type HeaderStampConfig = {
  readonly read: string;
  readonly stamp: string;
};

/**
 * Reads one header of the request and adds one each way. Written to the contract of the built-in filters: nothing is
 * made per request but the filter's own object.
 */
export const headerStamp: HttpFilterFactory<HeaderStampConfig> = {
  name: 'header-stamp',
  typeUrl: 'examples.HeaderStamp',
  parse: (node) => ({
    read: node.string('read', 'user-agent').toLowerCase(),
    stamp: node.string('stamp', 'x-stamp').toLowerCase(),
  }),
  build: ({ read, stamp }) => {
    return () => ({
      onRequestHeaders(headers) {
        headers.set(stamp, headers.get(read) ?? 'none');
        return HeadersStatus.Continue;
      },
      onResponseHeaders(headers) {
        headers.set(stamp, 'seen');
        return HeadersStatus.Continue;
      },
    });
  },
};
