import type { HeaderMap } from '../../../base/header-map.js';

/** Whether `cache-control` has `no-transform` (RFC 9111 section 5.2.2.6). */
export function forbidsTransforming(headers: HeaderMap): boolean {
  const value = headers.joined('cache-control');
  return value !== undefined && /(?:^|[,\s])no-transform(?:$|[,;\s])/i.test(value);
}
