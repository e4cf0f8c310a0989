import { httpProbe } from '../bench/process/wait-until-serving.js';
import type { Load, LoadResult, OriginKind } from './contracts.js';

export interface H2loadOptions {
  readonly connections: number;
  /** Streams at a time on each connection. */
  readonly streams: number;
  readonly path: string;
  /** Names the file that is sent as POST; asked when a window begins. */
  readonly bodyFile?: () => string;
  readonly headers?: readonly string[];
  readonly origin?: OriginKind;
}

/** h2load with one thread, HTTP/2 without TLS by prior knowledge. */
export function h2load({ connections, streams, path, ...options }: H2loadOptions): Load {
  const method = options.bodyFile === undefined ? 'GET' : 'POST';
  return {
    describe: `${method} ${path}, HTTP/2, ${connections} connections of ${streams} stream(s), h2load`,
    ...(options.origin && { origin: options.origin }),
    probe: (port) => httpProbe(`http://127.0.0.1:${port}${path}`),
    command: (port, seconds) => ({
      command: 'h2load',
      args: [
        '--threads=1',
        `--clients=${connections}`,
        `--max-concurrent-streams=${streams}`,
        `--duration=${seconds}`,
        ...(options.bodyFile === undefined ? [] : [`--data=${options.bodyFile()}`]),
        ...(options.headers ?? []).map((header) => `--header=${header}`),
        `http://127.0.0.1:${port}${path}`,
      ],
    }),
    read: readH2load,
  };
}

function readH2load(stdout: string): LoadResult {
  const time = /finished in ([\d.]+)(ms|s)/.exec(stdout);
  const requests = /requests: \d+ total, \d+ started, \d+ done, (\d+) succeeded, (\d+) failed/.exec(stdout);
  if (time === null || requests === null) throw new Error(`h2load said nothing of its requests:\n${stdout}`);
  const seconds = Number(time[1]) / (time[2] === 'ms' ? 1000 : 1);
  return { completed: Number(requests[1]), failed: Number(requests[2]), seconds };
}
