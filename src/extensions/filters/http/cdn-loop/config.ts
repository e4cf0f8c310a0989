import type { ConfigNode } from '../../../../api/config-node.js';
import { isCdnId } from './cdn-info.js';

/** `envoy.extensions.filters.http.cdn_loop.v3.CdnLoopConfig`. */
export type CdnLoopConfig = {
  readonly id: string;
  readonly maxOccurrences: number;
};

export function parseCdnLoop(node: ConfigNode): CdnLoopConfig {
  const id = node.string('cdn_id');
  if (!isCdnId(id)) node.error(`Provided cdn_id "${id}" is not a valid CDN identifier`, 'cdn_id');
  return { id, maxOccurrences: node.number('max_allowed_occurrences') };
}
