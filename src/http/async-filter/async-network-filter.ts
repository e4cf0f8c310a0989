import type { Chunk } from '../../api/codec.js';
import {
  type ConnectionControl,
  type NetworkFilter,
  type NetworkFilterFactory,
  NetworkStatus,
} from '../../api/network-filter.js';
import type { Counter } from '../../api/stats.js';
import type { Plain } from '../../base/plain.js';
import { AsyncClient } from '../../upstream/async-client.js';
import type { AsyncNetworkFilterOptions } from './connection-contract.js';
import { ConnectionWork, type WorkShared } from './connection-work.js';

const defaultTimeoutMs = 15_000;

/**
 * A filter of bytes from handlers that may be asynchronous; what comes meanwhile waits. It stands before the filter that
 * ends the chain. A module that exports what this returns, and is named in the bootstrap, adds the filter to Sluice.
 */
export function asyncNetworkFilter<C extends Plain = null>(
  options: AsyncNetworkFilterOptions<C>,
): NetworkFilterFactory<C> {
  return {
    name: options.name,
    typeUrl: options.typeUrl ?? options.name,
    isTerminal: false,
    // Without a parser there is nothing to read, and C is null.
    parse: (node) => (options.parse === undefined ? (null as C) : options.parse(node)),
    build(config, scope, { bufferLimitBytes }) {
      const counters = new Map<string, Counter>();
      const shared: WorkShared<C> = {
        options,
        config,
        client: new AsyncClient(scope),
        timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
        limitBytes: bufferLimitBytes,
        keepsBytes: isAsync(options.data),
        counter(name) {
          let counter = counters.get(name);
          if (counter === undefined) {
            counter = scope.stats.counter(`network.${options.name}.${name}`);
            counters.set(name, counter);
          }
          return counter;
        },
      };
      return (connection) => filterOf(shared, connection);
    },
  };
}

/** The runner skips hooks that do not exist, so a filter has those alone that it needs. */
function filterOf<C extends Plain>(shared: WorkShared<C>, connection: ConnectionControl): NetworkFilter {
  const { options } = shared;
  const work = new ConnectionWork(shared, connection);
  return {
    ...(options.open === undefined ? {} : { onNewConnection: () => work.open() }),
    ...(options.open === undefined && options.data === undefined
      ? {}
      : { onData: (chunk: Chunk, endStream: boolean) => work.read(chunk, endStream) }),
    ...(options.write === undefined
      ? {}
      : {
          onWrite: (chunk: Chunk) => {
            work.write(chunk);
            return NetworkStatus.Continue;
          },
        }),
    onClose: (kind) => work.end(kind),
  };
}

function isAsync(handler: unknown): boolean {
  return Object.prototype.toString.call(handler) === '[object AsyncFunction]';
}
