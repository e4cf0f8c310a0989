import { type Endpoint, jsonPage } from './endpoint.js';

/** Envoy's fields for the process; what they count here is V8's heaps. Each worker's own follow. */
export const memory: Endpoint = {
  path: '/memory',
  help: 'print current allocation/heap usage',
  async answer(_request, views) {
    const { process, workers } = await views.memory();
    let allocated = process.heapUsed + process.external;
    let heapSize = process.heapTotal + process.external;
    for (const { usage } of workers) {
      allocated += usage.heapUsed + usage.external;
      heapSize += usage.heapTotal + usage.external;
    }
    return jsonPage({
      allocated: String(allocated),
      heap_size: String(heapSize),
      pageheap_unmapped: '0',
      pageheap_free: String(heapSize - allocated),
      total_thread_cache: '0',
      total_physical_bytes: String(process.residentBytes),
      workers: workers.map(({ worker, usage }) => ({
        worker: `worker_${worker}`,
        heap_used: String(usage.heapUsed),
        heap_total: String(usage.heapTotal),
        external: String(usage.external),
        array_buffers: String(usage.arrayBuffers),
      })),
    });
  },
};
