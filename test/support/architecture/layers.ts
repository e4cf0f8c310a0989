/** What one folder may import. */
export interface Layer {
  /** Code imports only from its own folder or from a folder with a lower number. */
  readonly number: number;
  /** Node built-ins, `node:net`; a path behind a space narrows one to a folder or file: `node:dns membership`. */
  readonly builtIns: readonly string[];
}

/**
 * The layers of the tree: the single source of truth. A folder that is missing here may not exist; a built-in that is
 * missing here may not be imported.
 */
export const layers: { readonly [folder: string]: Layer } = {
  base: { number: 0, builtIns: ['node:crypto aws-presign.ts', 'node:crypto random.ts'] },
  api: { number: 1, builtIns: [] },
  match: { number: 2, builtIns: [] },
  format: { number: 2, builtIns: ['node:os'] },
  runtime: { number: 2, builtIns: ['node:fs', 'node:path'] },
  stats: { number: 2, builtIns: [] },
  codec: { number: 2, builtIns: ['node:zlib', 'node:crypto tls/'] },
  route: { number: 3, builtIns: ['node:crypto'] },
  network: {
    number: 3,
    builtIns: ['node:net', 'node:util libuv.ts', 'node:module socket-calls.ts'],
  },
  stream: { number: 3, builtIns: [] },
  upstream: {
    number: 4,
    builtIns: [
      'node:net',
      'node:dns membership/',
      'node:dns/promises membership/',
      'node:fs membership/',
      'node:path membership/',
    ],
  },
  http: { number: 5, builtIns: ['node:net', 'node:crypto'] },
  extensions: {
    number: 6,
    builtIns: [
      'node:dgram stat-sinks/',
      'node:dgram filters/udp/',
      'node:fs access-loggers/',
      'node:fs resource-monitors/',
      'node:net filters/network/',
      'node:net stat-sinks/',
      'node:net transport-sockets/',
      'node:tls transport-sockets/tls/',
      'node:crypto transport-sockets/tls/',
      'node:zlib compression/',
      'node:stream compression/',
      'node:fs transport-sockets/tls/',
      'node:crypto filters/',
    ],
  },
  config: { number: 7, builtIns: ['node:fs', 'node:path', 'node:url', 'node:zlib', 'node:crypto'] },
  admin: {
    number: 7,
    builtIns: ['node:v8', 'node:inspector', 'node:inspector/promises', 'node:os', 'node:perf_hooks'],
  },
  // What users' filter modules import.
  'filter.ts': { number: 7, builtIns: [] },
  plane: {
    number: 8,
    builtIns: [
      'node:crypto build-stamp.ts',
      'node:fs build-stamp.ts',
      'node:fs cpu-profile.ts',
      'node:inspector cpu-profile.ts',
      'node:path',
      'node:url',
    ],
  },
  server: {
    number: 9,
    builtIns: [
      'node:fs',
      'node:http',
      'node:inspector thread-profilers.ts',
      'node:module',
      'node:net',
      'node:os',
      'node:path',
      'node:perf_hooks',
      'node:url',
      'node:util',
      'node:v8 worker-threads.ts',
      'node:worker_threads',
    ],
  },
  workers: {
    number: 9,
    builtIns: ['node:fs', 'node:net', 'node:path', 'node:timers', 'node:worker_threads'],
  },
  'main.ts': { number: 10, builtIns: [] },
};

/** Imports that the numbers forbid and that are right nevertheless. `from` is a file or folder, `to` a file. */
export const allowed: readonly { readonly from: string; readonly to: string; readonly why: string }[] = [
  {
    from: 'src/network/live-listener.ts',
    to: 'src/stream/stream-record.ts',
    why: 'a connection is logged with the same record of facts as a stream, without being one',
  },
];

/** Folders whose code touches neither sockets, timers nor loggers: text and bytes in, decisions out. */
export const pureFolders = ['codec', 'route', 'match', 'format'];

/** Files that may be longer than the wall: tables, or one state machine. */
export const longFiles: readonly string[] = [];
export const fileLinesWall = 500;
export const functionLinesWall = 60;

/** Folders below `src/extensions` that hold extensions, one folder each. */
export const extensionKinds = [
  'access-loggers',
  'bootstrap',
  'clusters',
  'compression',
  'filters/http',
  'filters/listener',
  'filters/network',
  'filters/udp',
  'early-header-mutation',
  'formatters',
  'header-formatters',
  'health-checkers',
  'load-balancers',
  'original-ip-detection',
  'request-id',
  'retry',
  'stat-sinks',
  'tracers',
  'transport-sockets',
];
