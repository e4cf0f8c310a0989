import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnectionFacts, FailureCause } from '../../../../src/api/autopsy.js';
import type { StreamResetReason } from '../../../../src/api/codec.js';
import type { Cluster } from '../../../../src/api/upstream.js';
import { autopsyOf, type EndedAttempt, findingOfReset } from '../../../../src/upstream/attempt/autopsy.js';

const info = { name: 'origin', connectTimeoutMs: 250, origin: 'f.yaml:9' };
const cluster = { info, limitOf: () => 3 } as unknown as Cluster;

function facts(changes: Partial<ConnectionFacts> = {}): ConnectionFacts {
  return {
    id: 1,
    protocol: 'HTTP/1.1',
    startMs: 1000,
    connectedMs: 1002,
    handshakeMs: Number.NaN,
    idleSinceMs: 1500,
    atMs: 6505,
    requests: 2,
    sentBytes: 80,
    receivedBytes: 0,
    closedBy: 'upstream',
    errno: '',
    ...changes,
  };
}

function ended(of: ConnectionFacts | null): EndedAttempt {
  return {
    cluster,
    host: '10.0.0.1:80',
    attempt: 1,
    priority: 0,
    startMs: 6500,
    sentMs: 6501,
    nowMs: 6600,
    wallMs: 0,
    facts: of,
    isRetried: false,
  };
}

function causeOf(
  reason: StreamResetReason,
  of: Partial<ConnectionFacts> = {},
  hasResponse = false,
): FailureCause {
  return findingOfReset(ended(facts(of)), reason, '', null, hasResponse).cause;
}

test('a reused connection that closes at once without a byte has lost the race; others were reset', () => {
  const closed = 'connection-termination';
  equal(causeOf(closed), 'keep-alive-race');
  equal(causeOf(closed, { requests: 1 }), 'reset-before-headers');
  equal(causeOf(closed, { receivedBytes: 3 }), 'reset-before-headers');
  equal(causeOf(closed, { closedBy: 'proxy' }), 'reset-before-headers');
  equal(causeOf(closed, { atMs: 7501 }), 'reset-before-headers');
  equal(causeOf(closed, {}, true), 'reset-after-headers');
});

test('a response that the upstream cut off is a reset, one that cannot be read is a protocol error', () => {
  const begun = { receivedBytes: 40 };
  equal(causeOf('protocol-error', begun, true), 'reset-after-headers');
  equal(causeOf('protocol-error', begun), 'reset-before-headers');
  equal(causeOf('protocol-error', { ...begun, closedBy: 'proxy' }), 'protocol-error');
});

test('a failure to connect is told by its errno and by how far it came', () => {
  const never = { connectedMs: Number.NaN, requests: 0 };
  equal(causeOf('remote-connection-failure', { ...never, errno: 'ECONNREFUSED' }), 'connect-refused');
  equal(causeOf('remote-connection-failure', { ...never, errno: 'EHOSTUNREACH' }), 'connect-failed');
  equal(causeOf('remote-connection-failure', { requests: 0, errno: 'EPROTO' }), 'tls-failure');
  equal(causeOf('connection-timeout', never), 'connect-timeout');
  equal(causeOf('connection-timeout', { requests: 0 }), 'tls-failure');
});

test('a timer and a limit come with their value and the place that sets them', () => {
  const late = findingOfReset(
    ended(facts({ connectedMs: Number.NaN })),
    'connection-timeout',
    '',
    null,
    false,
  );
  const setting = "connect_timeout of cluster 'origin' at f.yaml:9";
  deepEqual(late.timer, { name: 'connect_timeout', ms: 250, setting });
  const failure = { reason: 'overflow', transportFailure: '', limit: 'max_requests' } as const;
  deepEqual(findingOfReset(ended(null), 'overflow', '', failure, false).limit, {
    name: 'max_requests',
    max: 3,
    setting: "circuit_breakers (DEFAULT) of cluster 'origin' at f.yaml:9",
  });
});

test('the life of the connection is told in spans of time', () => {
  const told = autopsyOf(ended(facts()), { cause: 'keep-alive-race' });
  equal(told.elapsedMs, 5);
  deepEqual(told.connection, {
    id: 1,
    protocol: 'HTTP/1.1',
    ageMs: 5505,
    connectMs: 2,
    idleMs: 5001,
    requests: 2,
    sentBytes: 80,
    receivedBytes: 0,
    closedBy: 'upstream',
    errno: '',
  });
  equal(autopsyOf(ended(facts({ requests: 1 })), { cause: 'overflow' }).connection?.idleMs, null);
});
