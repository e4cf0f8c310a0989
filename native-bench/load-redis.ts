import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Load } from './contracts.js';

const script = fileURLToPath(new URL('redis-load.js', import.meta.url));

/** GET and SET in turns, `pipeline` commands at a time on each connection. */
export function redisLoad(connections: number, pipeline: number): Load {
  return {
    describe: `GET and SET, ${connections} connections, ${pipeline} commands at a time`,
    origin: 'redis',
    probe: (port) => () => pingOnce(port),
    command: (port, seconds) => ({
      command: process.execPath,
      args: [script, ...[port, seconds, connections, pipeline].map(String)],
    }),
    read: (stdout) => {
      const { completed, failed, seconds } = JSON.parse(stdout) as {
        completed: number;
        failed: number;
        seconds: number;
      };
      return { completed, failed, seconds };
    },
  };
}

function pingOnce(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('connect', () => socket.write('*2\r\n$3\r\nGET\r\n$1\r\na\r\n'));
    socket.once('data', (data: Buffer) => {
      resolve(data[0] === 0x2d ? data.toString('latin1') : undefined);
      socket.destroy();
    });
    socket.once('error', (error) => resolve(error.message));
    socket.once('close', () => resolve('no answer'));
  });
}
