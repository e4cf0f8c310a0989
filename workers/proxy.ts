import { setInterval } from 'node:timers';
import type { MessagePort } from 'node:worker_threads';
import type { ShardTask, ToMain, ToWorker } from '../src/api/messages.js';
import { Shard } from './shard.js';

/** What Piscina hands to a shard: its task, with the port that was transferred. */
export interface ShardInput {
  readonly task: ShardTask;
  readonly port: MessagePort;
}

/** Heartbeat and tick of a shard. */
const tickMs = 100;

/**
 * A shard: one task that lasts as long as its thread serves. It returns when main has said `stop` and everything is
 * closed; until then the thread's event loop belongs to the connections it was handed.
 */
export default async function serve(input: ShardInput): Promise<void> {
  const { task, port } = input;
  const post = (message: ToMain): void => port.postMessage(message);
  const shard = await Shard.start(task, post);
  const beat = setInterval(() => shard.onTick(), tickMs);
  try {
    await new Promise<void>((resolve) => {
      port.on('message', (message: ToWorker) => {
        if (message.kind === 'stop') resolve();
        else shard.onMessage(message);
      });
      post({ kind: 'ready', build: task.build });
    });
    await shard.stop();
  } finally {
    clearInterval(beat);
    port.close();
  }
}
