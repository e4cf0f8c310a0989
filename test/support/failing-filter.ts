import { existsSync, writeFileSync } from 'node:fs';
import { isMainThread, threadId } from 'node:worker_threads';
import { HeadersStatus, type HttpFilterFactory } from '../../src/api/http-filter.js';

/**
 * A user's filter that fails on purpose, by path: each path breaks another ring of containment. Every response says in
 * `x-worker` which worker made it. Files in the working directory tell a test what the worker is doing.
 */
const factory: HttpFilterFactory = {
  name: 'test.failing',
  typeUrl: 'google.protobuf.Empty',
  parse: () => ({}),
  build(_config, scope) {
    const worker = String(scope.threadIndex - 1);
    return (stream) => ({
      onRequestHeaders(headers) {
        fail(headers.path, (fire) => scope.timers.schedule(stream.timer(fire), 1));
        return HeadersStatus.Continue;
      },
      onResponseHeaders(headers) {
        headers.set('x-worker', worker);
        return HeadersStatus.Continue;
      },
    });
  },
};

function fail(path: string, later: (fire: () => void) => void): void {
  switch (path) {
    case '/throw':
      throw new Error('the filter throws');
    case '/hold/throw-later':
      later(() => {
        throw new Error('the timer of the filter throws');
      });
      break;
    case '/crash':
      setImmediate(() => {
        throw new Error('nothing catches this');
      });
      break;
    case '/block-and-crash':
      setImmediate(() => {
        writeFileSync('blocked', '');
        while (!existsSync('release'));
        throw new Error('nothing catches this');
      });
      break;
    case '/wedge':
      writeFileSync('wedged', '');
      for (;;);
    case '/exhaust':
      for (const kept: unknown[] = []; ; ) kept.push(new Array<unknown>(1000).fill({}));
    default:
      break;
  }
}

// Where the module was imported: a test looks whether main ever was among the threads.
writeFileSync(`imported-${isMainThread ? 'main' : threadId}`, '');

export default factory;
