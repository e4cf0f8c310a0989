import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import type { StatSinkScope } from '../../../../src/api/stat-sink.js';
import { systemClock } from '../../../../src/base/clock.js';
import { udpSender } from '../../../../src/extensions/stat-sinks/udp-sender.js';
import { StatStore } from '../../../../src/stats/store.js';
import { TagExtractor } from '../../../../src/stats/tags.js';

/** A statsd server that keeps datagrams. */
export interface UdpReceiver {
  readonly port: number;
  /** The next datagrams, once that many have come. */
  take(count: number): Promise<string[]>;
}

export async function udpReceiver(t: TestContext): Promise<UdpReceiver> {
  const socket = createSocket('udp4');
  const received: string[] = [];
  let wake: () => void = () => undefined;
  socket.on('message', (message) => {
    received.push(message.toString());
    wake();
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  return {
    port: socket.address().port,
    take: async (count) => {
      while (received.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return received.splice(0, count);
    },
  };
}

export function taggedStore(): StatStore {
  return new StatStore({ naming: new TagExtractor() });
}

export function sinkScope(store: StatStore, exactStatsd = false): StatSinkScope {
  const stream = (): never => {
    throw new Error('no cluster here');
  };
  return { role: 'main', clock: systemClock, stats: store.lane, exactStatsd, datagrams: udpSender, stream };
}
