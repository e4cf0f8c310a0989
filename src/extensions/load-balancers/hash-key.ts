import type { Host } from '../../api/upstream.js';
import { plainAt } from '../../base/plain-path.js';

/** What a host is hashed by: its metadata's `hash_key`, its hostname if that is asked for, else its address. */
export function hashKey(host: Host, usesHostname: boolean): string {
  const key = plainAt(host.metadata, ['filter_metadata', 'envoy.lb', 'hash_key']);
  if (typeof key === 'string' && key !== '') return key;
  return usesHostname && host.hostname !== '' ? host.hostname : host.address.text;
}
