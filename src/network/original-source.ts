import type { ConfigNode } from '../api/config-node.js';
import type { Address } from '../api/stream-info.js';
import type { UpstreamSource } from '../api/upstream-source.js';
import { socketCalls } from './socket-calls.js';

/** Of both filters that have connections to hosts come from clients' addresses. */
export type OriginalSrcConfig = {
  /** Of packets to hosts; 0 = none. */
  readonly mark: number;
};

export function parseOriginalSrc(node: ConfigNode): OriginalSrcConfig {
  if (socketCalls() === null) node.error('original_src needs koffi, which cannot load here');
  return { mark: node.number('mark', 0) };
}

/** That address as a source, with a port that the machine chooses; null where it is none of IP. */
export function sourceAt({ isIp, ip }: Address, { mark }: OriginalSrcConfig): UpstreamSource | null {
  return isIp ? { ip, mark } : null;
}
