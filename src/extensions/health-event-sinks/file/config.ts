import type { ConfigNode } from '../../../api/config-node.js';

/** `HealthCheckEventFileSink` */
export type FileSinkConfig = { readonly path: string };

export function parseFileSink(node: ConfigNode): FileSinkConfig {
  return { path: node.string('event_log_path') };
}
