import { readWrk } from '../bench/load/wrk-output.js';
import { httpProbe } from '../bench/process/wait-until-serving.js';
import type { Load } from './contracts.js';

export interface WrkOptions {
  readonly connections: number;
  readonly path: string;
  readonly headers?: readonly string[];
  /** Asks for `connection: close`, so that every request opens a connection. */
  readonly isNewConnection?: boolean;
  /** Whatever the certificate. */
  readonly isTls?: boolean;
}

/** wrk with one thread: the load has one core. */
export function wrk(options: WrkOptions): Load {
  const headers = [
    ...(options.headers ?? []),
    ...(options.isNewConnection === true ? ['Connection: close'] : []),
  ];
  const kept =
    options.isNewConnection === true
      ? 'connections at a time, a new one per request'
      : 'keep-alive connections';
  const urlOf = (port: number): string =>
    `${options.isTls === true ? 'https' : 'http'}://127.0.0.1:${port}${options.path}`;
  return {
    describe: `GET ${options.path}, ${options.connections} ${kept}, wrk`,
    probe: (port) => httpProbe(urlOf(port)),
    command: (port, seconds) => ({
      command: 'wrk',
      args: [
        '--threads',
        '1',
        '--connections',
        String(options.connections),
        '--duration',
        `${seconds}s`,
        '--timeout',
        '10s',
        ...headers.flatMap((header) => ['--header', header]),
        urlOf(port),
      ],
    }),
    read: readWrk,
  };
}
