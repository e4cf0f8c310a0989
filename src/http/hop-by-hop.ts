import type { HeaderMap } from '../base/header-map.js';

/**
 * Removes the headers that concern one hop alone; an upgrade keeps the two that ask for it.
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
