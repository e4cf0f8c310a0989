import type { AttemptAutopsy, ConnectionAutopsy } from '../../src/api/autopsy.js';

export function connectionAutopsy(changes: Partial<ConnectionAutopsy> = {}): ConnectionAutopsy {
  return {
    id: 7,
    protocol: 'HTTP/1.1',
    ageMs: 6200,
    connectMs: 2.04,
    idleMs: 5000.4,
    requests: 3,
    sentBytes: 84,
    receivedBytes: 0,
    closedBy: 'upstream',
    errno: 'ECONNRESET',
    ...changes,
  };
}

/** A request that lost the race with an upstream which closes idle connections. */
export function autopsy(changes: Partial<AttemptAutopsy> = {}): AttemptAutopsy {
  return {
    wallMs: Date.UTC(2020, 0, 2, 3, 4, 5),
    cluster: 'origin',
    host: '10.0.0.1:80',
    attempt: 1,
    cause: 'keep-alive-race',
    detail: '',
    elapsedMs: 3.21,
    isRetried: false,
    status: 0,
    connection: connectionAutopsy(),
    timer: null,
    limit: null,
    ...changes,
  };
}
