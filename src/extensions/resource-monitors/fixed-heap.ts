import type { ResourceMonitorFactory } from '../../api/overload.js';

type FixedHeapConfig = { readonly maxBytes: number };

/** Memory of the process, of all of its threads and whatever it is used for, against a fixed size. */
export const fixedHeap: ResourceMonitorFactory<FixedHeapConfig> = {
  name: 'envoy.resource_monitors.fixed_heap',
  typeUrl: 'envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig',
  parse(node) {
    const maxBytes = node.number('max_heap_size_bytes', 0);
    if (maxBytes === 0) node.error('fixed_heap: max heap size must be greater than 0', 'max_heap_size_bytes');
    return { maxBytes };
  },
  build: ({ maxBytes }) => ({ pressure: () => process.memoryUsage.rss() / maxBytes }),
};
