import type { HeaderMap } from '../base/header-map.js';

/**
 * Removes the headers that concern one hop alone; an upgrade keeps the two that ask for it. A few comparisons per
 * name are cheaper than a callback per header (bench/micro/http/request-path).
 */
export function removeHopByHop(headers: HeaderMap, isUpgrade: boolean): void {
  if (!isUpgrade) {
    headers.remove('connection');
    headers.remove('upgrade');
  }
  headers.remove('keep-alive');
  headers.remove('proxy-connection');
  headers.remove('transfer-encoding');
}
