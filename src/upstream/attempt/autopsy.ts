import type {
  AttemptAutopsy,
  ConnectionAutopsy,
  ConnectionFacts,
  FailureCause,
  LimitAutopsy,
  TimerAutopsy,
} from '../../api/autopsy.js';
import type { StreamResetReason } from '../../api/codec.js';
import type { Cluster, PoolFailure, RoutingPriority } from '../../api/upstream.js';

/**
 * How soon after the request a reused connection that brought no byte has to close for the upstream to have closed it as
 * idle: an upstream that looked at the request takes longer, or answers.
 */
const raceWindowMs = 250;

/** An attempt that is over, as whoever made it knows it. */
export interface EndedAttempt {
  readonly cluster: Cluster;
  readonly host: string;
  readonly attempt: number;
  readonly priority: RoutingPriority;
  /** On the thread's clock; `sentMs` is NaN when it never had a connection. */
  readonly startMs: number;
  readonly sentMs: number;
  readonly nowMs: number;
  readonly wallMs: number;
  readonly facts: ConnectionFacts | null;
  readonly isRetried: boolean;
}

/** What is known besides. */
export interface Finding {
  readonly cause: FailureCause;
  readonly detail?: string;
  readonly status?: number;
  readonly timer?: TimerAutopsy;
  readonly limit?: LimitAutopsy;
}

export function autopsyOf(ended: EndedAttempt, finding: Finding): AttemptAutopsy {
  const { cause, detail = '', status = 0, timer = null, limit = null } = finding;
  return {
    wallMs: ended.wallMs,
    cluster: ended.cluster.info.name,
    host: ended.host,
    attempt: ended.attempt,
    cause,
    detail,
    elapsedMs: elapsed(ended.startMs, ended.facts?.atMs ?? ended.nowMs) ?? 0,
    isRetried: ended.isRetried,
    status,
    connection: ended.facts === null ? null : connectionAutopsy(ended.facts, ended.sentMs),
    timer,
    limit,
  };
}

/** What a reset comes from. `hasResponse`: its head had arrived. */
export function findingOfReset(
  ended: EndedAttempt,
  reason: StreamResetReason,
  detail: string,
  failure: PoolFailure | null,
  hasResponse: boolean,
): Finding {
  if (reason === 'overflow') return overflowOf(ended, failure);
  if (reason === 'connection-timeout') return connectTimeoutOf(ended);
  if (reason === 'remote-connection-failure' || reason === 'local-connection-failure')
    return dialFailureOf(ended.facts, detail);
  // A message that the upstream cut off by closing was not wrong otherwise.
  const isCutOff = ended.facts?.closedBy === 'upstream';
  if (reason === 'protocol-error' && !isCutOff) return { cause: 'protocol-error', detail };
  if (reason === 'remote-refused-stream' || reason === 'local-refused-stream')
    return { cause: 'refused-stream', detail };
  if (hasResponse) return { cause: 'reset-after-headers', detail };
  return { cause: isRace(ended) ? 'keep-alive-race' : 'reset-before-headers', detail };
}

function overflowOf({ cluster, priority }: EndedAttempt, failure: PoolFailure | null): Finding {
  const name = failure?.limit;
  if (name === undefined) return { cause: 'overflow' };
  const level = priority === 0 ? 'DEFAULT' : 'HIGH';
  const setting = `circuit_breakers (${level}) of cluster '${cluster.info.name}' at ${cluster.info.origin}`;
  return { cause: 'overflow', limit: { name, max: cluster.limitOf(priority, name), setting } };
}

function connectTimeoutOf({ cluster, facts }: EndedAttempt): Finding {
  const { connectTimeoutMs, name, origin } = cluster.info;
  const isHandshake = facts !== null && !Number.isNaN(facts.connectedMs);
  const setting = `connect_timeout of cluster '${name}' at ${origin}`;
  const timer = { name: 'connect_timeout', ms: connectTimeoutMs, setting };
  return isHandshake
    ? { cause: 'tls-failure', detail: 'the handshake was not done in time', timer }
    : { cause: 'connect-timeout', timer };
}

/** A connection that was made and then failed before it was ready failed in its transport socket. */
function dialFailureOf(facts: ConnectionFacts | null, detail: string): Finding {
  if (facts !== null && !Number.isNaN(facts.connectedMs)) return { cause: 'tls-failure', detail };
  if (facts?.errno === 'ECONNREFUSED') return { cause: 'connect-refused', detail };
  return { cause: detail.startsWith('TLS_error') ? 'tls-failure' : 'connect-failed', detail };
}

function isRace({ facts, sentMs }: EndedAttempt): boolean {
  if (facts === null || facts.closedBy !== 'upstream') return false;
  return facts.requests > 1 && facts.receivedBytes === 0 && facts.atMs - sentMs <= raceWindowMs;
}

function connectionAutopsy(facts: ConnectionFacts, sentMs: number): ConnectionAutopsy {
  const { id, protocol, startMs, connectedMs, handshakeMs, idleSinceMs, requests } = facts;
  const wasIdle = requests > 1 && idleSinceMs <= sentMs;
  return {
    id,
    protocol,
    ageMs: elapsed(startMs, facts.atMs) ?? 0,
    connectMs: elapsed(startMs, Number.isNaN(handshakeMs) ? connectedMs : handshakeMs),
    idleMs: wasIdle ? elapsed(idleSinceMs, sentMs) : null,
    requests,
    sentBytes: facts.sentBytes,
    receivedBytes: facts.receivedBytes,
    closedBy: facts.closedBy,
    errno: facts.errno,
  };
}

/** Milliseconds to three places; null when either end never came. */
function elapsed(fromMs: number, toMs: number): number | null {
  const ms = toMs - fromMs;
  return Number.isNaN(ms) ? null : Math.max(0, Math.round(ms * 1000) / 1000);
}
