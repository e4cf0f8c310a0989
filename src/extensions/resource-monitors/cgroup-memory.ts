import { readFileSync } from 'node:fs';
import type { ResourceMonitorFactory } from '../../api/overload.js';

type CgroupMemoryConfig = { readonly maxBytes: number };

/** Usage and limit, as version 2 and version 1 of control groups name them. */
const places = [
  ['/sys/fs/cgroup/memory.current', '/sys/fs/cgroup/memory.max'],
  ['/sys/fs/cgroup/memory/memory.usage_in_bytes', '/sys/fs/cgroup/memory/memory.limit_in_bytes'],
] as const;

/** Memory of the control group against its limit, or a lower one. */
export const cgroupMemory: ResourceMonitorFactory<CgroupMemoryConfig> = {
  name: 'envoy.resource_monitors.cgroup_memory',
  typeUrl: 'envoy.extensions.resource_monitors.cgroup_memory.v3.CgroupMemoryConfig',
  parse: (node) => ({ maxBytes: node.number('max_memory_bytes', 0) }),
  build: ({ maxBytes }) => ({
    pressure() {
      for (const [usage, limit] of places) {
        const used = readBytes(usage);
        const most = readBytes(limit);
        if (used === null || most === null) continue;
        const bound = maxBytes === 0 ? most : Math.min(maxBytes, most);
        return bound > 0 ? used / bound : 0;
      }
      return null;
    },
  }),
};

/** `max` is no limit; null where there is no such file. */
function readBytes(path: string): number | null {
  try {
    const text = readFileSync(path, 'utf8').trim();
    const value = text === 'max' ? Number.POSITIVE_INFINITY : Number(text);
    return Number.isNaN(value) ? null : value;
  } catch {
    return null;
  }
}
