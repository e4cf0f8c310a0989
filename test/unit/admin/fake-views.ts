import { adminAnswer, type PathRule } from '../../../src/admin/pages.js';
import type {
  AdminViews,
  DrainRequest,
  ListenerStatus,
  ProcessState,
  WorkerFailures,
} from '../../../src/admin/views.js';
import { type ConfigDump, emptyConfigDump } from '../../../src/api/config-dump.js';
import type { Explanation } from '../../../src/api/explain.js';
import { RuntimeSnapshot } from '../../../src/runtime/snapshot.js';
import { DEFAULT_BOUNDS as defaultBounds } from '../../../src/stats/stats-config.js';
import { StatStore } from '../../../src/stats/store.js';
import type { ClusterView } from '../../../src/upstream/membership/cluster-view.js';

/** Views with plain values in them, and what the pages asked to be done. */
export class FakeViews implements AdminViews {
  state: ProcessState = 'LIVE';
  readonly store = new StatStore();
  dump: ConfigDump = emptyConfigDump;
  snapshot = new RuntimeSnapshot({ layers: [] });
  clusterList: readonly ClusterView[] = [];
  listenerList: readonly ListenerStatus[] = [];
  failureList: readonly WorkerFailures[] = [];
  waiting: readonly { readonly manager: string; readonly targets: readonly string[] }[] = [];
  readonly levels = new Map([['main', 'info']]);
  /** What was done, in order. */
  readonly done: string[] = [];
  readonly drains: DrainRequest[] = [];

  get process(): AdminViews['process'] {
    return {
      state: this.state,
      uptimeMs: 61_900,
      version: 'sluice/1.2.3/Clean/RELEASE/test',
      options: { concurrency: 2, log_level: 'info' },
      node: { id: 'n1', cluster: 'c1', zone: '' },
      extensions: [
        { name: 'envoy.filters.http.router', category: 'envoy.filters.http', typeUrl: 'a.Router' },
      ],
      pending: () => this.waiting,
    };
  }

  explanation: Explanation | null = null;

  explain(): Promise<Explanation | null> {
    return Promise.resolve(this.explanation);
  }

  failures(cluster: string): Promise<readonly WorkerFailures[]> {
    const wanted = this.failureList.map(({ worker, clusters }) => ({
      worker,
      clusters: clusters.filter((it) => cluster === '' || it.cluster === cluster),
    }));
    return Promise.resolve(wanted);
  }

  get stats(): AdminViews['stats'] {
    return this.statsView;
  }

  get config(): AdminViews['config'] {
    return { dump: this.dump, loadedMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6) };
  }

  private readonly statsView: AdminViews['stats'] = {
    store: this.store,
    boundsOf: () => defaultBounds,
    areLookupsTracked: false,
    beforePage: () => this.done.push('flush'),
  };

  certificates(): [] {
    return [];
  }

  readonly profilers: AdminViews['profilers'] = {
    startCpu: () => Promise.resolve(this.done.push('cpu on') === 1),
    stopCpu: () => Promise.resolve(void this.done.push('cpu off')),
    startAllocations: () => Promise.resolve(this.done.push('allocations on') === 1),
    stopAllocations: () => Promise.resolve(this.done.length > 0 ? '{"head":{}}' : null),
  };

  readonly runtime: AdminViews['runtime'] = {
    current: () => this.snapshot,
    modify: (changes) => {
      const changed = this.snapshot.withAdminOverrides(changes);
      if (changed !== null) this.snapshot = changed;
      return changed !== null;
    },
  };

  readonly logging: AdminViews['logging'] = {
    levels: () => [...this.levels],
    set: (logger, level) => {
      this.levels.set(logger, level);
    },
    setAll: (level) => {
      for (const logger of this.levels.keys()) this.levels.set(logger, level);
    },
  };

  readonly operations: AdminViews['operations'] = {
    failHealthCheck: (isFailed) => this.done.push(isFailed ? 'fail' : 'ok'),
    drainListeners: (request) => this.drains.push(request),
    resetCounters: () => this.done.push('reset'),
    reopenLogs: () => this.done.push('reopen'),
    quit: () => this.done.push('quit'),
  };

  clusters(): readonly ClusterView[] {
    return this.clusterList;
  }

  listeners(): readonly ListenerStatus[] {
    return this.listenerList;
  }

  memory(): ReturnType<AdminViews['memory']> {
    const usage = { heapUsed: 10, heapTotal: 20, external: 5, arrayBuffers: 1 };
    return Promise.resolve({
      process: { heapUsed: 100, heapTotal: 200, external: 50, residentBytes: 1000 },
      workers: [{ worker: 0, usage }],
    });
  }
}

/** An answer with its body in one piece. */
export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers: { readonly [name: string]: string };
  readonly afterwards: (() => void) | undefined;
}

/** Asks for a page: `GET /ready`, `POST /logging?level=info`. */
export async function ask(
  views: AdminViews,
  line: string,
  mayAsk: PathRule = () => true,
  accept = '',
): Promise<Page> {
  const [method = '', target = ''] = line.split(' ');
  const [path = '', query = ''] = target.split('?');
  const request = { method, target, path, query: new URLSearchParams(query), accept };
  const { status, contentType, body, headers = {}, afterwards } = await adminAnswer(request, views, mayAsk);
  const text = typeof body === 'string' ? body : [...body].join('');
  return { status, contentType, body: text, headers, afterwards };
}
