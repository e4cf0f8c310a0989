import type { Bench } from 'tinybench';
import type { ConnectionFacts } from '../../../src/api/autopsy.js';
import type { Cluster } from '../../../src/api/upstream.js';
import { systemClock } from '../../../src/base/clock.js';
import { autopsyOf, type EndedAttempt, findingOfReset } from '../../../src/upstream/attempt/autopsy.js';
import { FailureRing } from '../../../src/upstream/failure-ring.js';
import { addBatched } from '../batch.js';

const facts: ConnectionFacts = {
  id: 1,
  protocol: 'HTTP/1.1',
  startMs: 1,
  connectedMs: 2,
  handshakeMs: Number.NaN,
  idleSinceMs: 3,
  atMs: 20,
  requests: 2,
  sentBytes: 100,
  receivedBytes: 0,
  closedBy: 'upstream',
  errno: '',
};

const cluster = { info: { name: 'c', origin: 'file:1:1', connectTimeoutMs: 5000 } } as Cluster;

function ended(): EndedAttempt {
  return {
    cluster,
    host: '127.0.0.1:80',
    attempt: 1,
    priority: 0,
    startMs: 10,
    sentMs: 10,
    nowMs: systemClock.now(),
    wallMs: systemClock.wallMs(),
    facts,
    isRetried: true,
  };
}

/** What an attempt costs besides when it fails; one that serves has no autopsy. */
export function add(bench: Bench): void {
  const ring = new FailureRing(32);
  addBatched(bench, 'autopsy of a response that is retried', () => {
    ring.add(autopsyOf(ended(), { cause: 'unwelcome-response', status: 503 }));
  });
  addBatched(bench, 'autopsy of a reset', () => {
    const attempt = ended();
    ring.add(autopsyOf(attempt, findingOfReset(attempt, 'connection-termination', '', null, false)));
  });
}
