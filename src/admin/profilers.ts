import { type AdminAnswer, type Endpoint, okAnswer, textAnswer } from './endpoint.js';
import type { Profilers } from './views.js';

const enableParam = { name: 'enable', help: 'enable/disable the profiler; One of (y, n)' };

type Switch = (profilers: Profilers, isOn: boolean) => Promise<AdminAnswer>;

function profiler(path: string, help: string, turn: Switch): Endpoint {
  return {
    path,
    help,
    params: [enableParam],
    changesState: true,
    answer: ({ query }, { profilers }) => {
      const enable = query.get('enable');
      if (enable !== 'y' && enable !== 'n') return textAnswer('?enable=<y|n>\n', 400);
      return turn(profilers, enable === 'y');
    },
  };
}

/** A profile of main and of every worker, in files beside `profile_path`. */
export const cpuProfiler = profiler(
  '/cpuprofiler',
  'enable/disable the CPU profiler',
  async (profilers, isOn) => {
    if (isOn) {
      return (await profilers.startCpu()) ? okAnswer : textAnswer('failure to start the profiler\n', 500);
    }
    await profilers.stopCpu();
    return okAnswer;
  },
);

export const allocProfiler = profiler(
  '/allocprofiler',
  'enable/disable the allocation profiler of the main thread',
  async (profilers, isOn) => {
    if (isOn) {
      const isStarted = await profilers.startAllocations();
      return isStarted ? okAnswer : textAnswer('Allocation profiler has already started\n', 400);
    }
    const profile = await profilers.stopAllocations();
    if (profile === null) return textAnswer('Allocation profiler is not started\n', 400);
    return textAnswer(profile);
  },
);

function notBuilt(path: string, help: string, text: string, changesState: boolean): Endpoint {
  return { path, help, changesState, answer: () => textAnswer(text, 501) };
}

/** V8 has its own tools for these; the texts are those of an Envoy that was built without. */
export const heapProfiler = notBuilt(
  '/heapprofiler',
  'enable/disable the heap profiler (not supported)',
  'The current build does not support heap profiler\n',
  true,
);
export const heapDump = notBuilt(
  '/heap_dump',
  'dump current heap (not supported)',
  'Heap profiler is not enabled\n',
  false,
);
export const peakHeapDump = notBuilt(
  '/peak_heap_dump',
  'dump peak heap (not supported)',
  'Heap profiler is not enabled\n',
  false,
);
export const memoryTcmalloc = notBuilt(
  '/memory/tcmalloc',
  'print TCMalloc stats (not supported)',
  'There is no TCMalloc here: see /memory\n',
  false,
);
