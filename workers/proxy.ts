import { setInterval } from 'node:timers';
import type { MessagePort } from 'node:worker_threads';
import type { ShardTask, ToMain, ToWorker } from '../src/api/messages.js';
import { buildStamp } from '../src/plane/build-stamp.js';
import { Shard } from './shard.js';

/** What Piscina hands to a shard: its task, with the port that was transferred. Null only loads the thread's modules. */
export interface ShardInput {
  readonly task: ShardTask;
  readonly port: MessagePort;
}

/** Heartbeat and tick of a shard. */
const tickMs = 100;

/**
 * A shard: one task that lasts as long as its thread serves. It returns when main has said `stop` and everything is
 * closed; until then the thread's event loop belongs to the connections it was handed. A task that fails takes its
 * thread with it: a thread with sockets and timers of a dead shard must not be given another task. The port closes
 * with the task or the thread, which is how main learns that nothing runs here any more.
 */
export default async function serve(input: ShardInput | null): Promise<void> {
  if (input === null) return;
  try {
    await run(input.task, input.port);
    input.port.close();
  } catch (error) {
    setImmediate(() => {
      throw error;
    });
    await new Promise<never>(() => undefined);
  }
}

async function run(task: ShardTask, port: MessagePort): Promise<void> {
  if (task.build !== buildStamp) {
    throw new Error(
      'the files of the program have been replaced since it started: restart it to use the new ones',
    );
  }
  const shard = await Shard.start(task, (message: ToMain) => port.postMessage(message));
  // A promise that a filter made and dropped: no request is left to blame, and no other request shall pay for it.
  const onRejection = (reason: unknown): void => {
    const text = `a promise was rejected, and nobody waits for it: ${textOf(reason)}`;
    port.postMessage({ kind: 'log', level: 'error', text } satisfies ToMain);
  };
  process.on('unhandledRejection', onRejection);
  const beat = setInterval(() => shard.onTick(), tickMs);
  try {
    await new Promise<void>((resolve) => {
      port.on('message', (message: ToWorker) => {
        if (message.kind === 'stop') resolve();
        else shard.onMessage(message);
      });
      port.postMessage({ kind: 'ready', build: task.build } satisfies ToMain);
    });
    await shard.stop();
  } finally {
    clearInterval(beat);
    process.off('unhandledRejection', onRejection);
  }
}

function textOf(reason: unknown): string {
  return reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
}
