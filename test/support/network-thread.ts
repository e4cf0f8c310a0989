import type {
  ConnectionControl,
  NetworkFilter,
  NetworkFilterContext,
  NetworkFilterFactory,
} from '../../src/api/network-filter.js';
import type { ConnectionInfo } from '../../src/api/stream-info.js';
import type { ThreadScope } from '../../src/api/thread-scope.js';
import type { Plain } from '../../src/base/plain.js';
import { Timer } from '../../src/base/timer-wheel.js';
import { recordOfConnection } from '../../src/stream/stream-record.js';
import { logScope } from './log-scope.js';
import { connectionInfo } from './stream-info.js';

const context: NetworkFilterContext = {
  listenerName: 'main',
  listenerStatPrefix: 'listener.main',
  bufferLimitBytes: 1 << 20,
  trafficDirection: 'UNSPECIFIED',
};

/** Threads that share memory, in which built network filters meet connections that only write down what they are told. */
export function networkThreads(values: { readonly [key: string]: string | number } = {}) {
  const shared = new Map<string, BigInt64Array>();
  const words = (name: string): BigInt64Array => {
    const found = shared.get(name) ?? new BigInt64Array(new SharedArrayBuffer(56));
    shared.set(name, found);
    return found;
  };
  const { scope: plain, time, stats, lines, drain } = logScope(values);
  const thread = (threadIndex: number): ThreadScope =>
    Object.assign(Object.create(plain) as ThreadScope, {
      threadIndex,
      shared: { words, nowMs: () => time.clock.now() },
    });
  const build = <C extends Plain>(factory: NetworkFilterFactory<C>, config: C, threadIndex = 1) => {
    const scope = thread(threadIndex);
    const make = factory.build(config, scope, context);
    return (changes: Partial<ConnectionInfo> = {}) => {
      const connection = new TestConnection(scope, connectionInfo(changes));
      const filter: NetworkFilter = make(connection as unknown as ConnectionControl);
      return { filter, connection, closes: connection.closes };
    };
  };
  return { build, thread, time, stats, lines, drain };
}

class TestConnection {
  readonly scope: ThreadScope;
  readonly info: ConnectionInfo;
  readonly record: ConnectionControl['record'];
  readonly closes: string[] = [];
  readonly bytesReceived = 0;
  continues = 0;

  constructor(scope: ThreadScope, info: ConnectionInfo) {
    this.scope = scope;
    this.info = info;
    this.record = recordOfConnection(info, scope);
  }

  close(mode: string, reason: string): void {
    this.closes.push(`${mode} ${reason}`);
  }

  continueReading(): void {
    this.continues++;
  }

  guard(body: () => void): void {
    body();
  }

  timer(fire: () => void): Timer {
    return new Timer(fire);
  }
}
