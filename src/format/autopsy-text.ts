import type { AttemptAutopsy, ConnectionAutopsy, IdleCloseView } from '../api/autopsy.js';
import { timeText } from '../base/time-text.js';

/** One attempt in one word without blanks, for access logs and headers. */
export function autopsyText(autopsy: AttemptAutopsy): string {
  const { cause, host, attempt, status, elapsedMs, connection, timer, limit, detail, isRetried } = autopsy;
  const parts = [
    cause,
    ...(host === '' ? [] : [`host=${host}`]),
    `try=${attempt}`,
    `after=${milliseconds(elapsedMs)}`,
    ...(status === 0 ? [] : [`status=${status}`]),
    ...(timer === null ? [] : [`${timer.name}=${milliseconds(timer.ms)}`]),
    ...(limit === null ? [] : [`${limit.name}=${limit.max}`]),
    ...(connection === null ? [] : connectionParts(connection)),
    ...(detail === '' ? [] : [`detail=${detail.replace(/[\s,;"]+/g, '_')}`]),
    isRetried ? 'retried' : 'final',
  ];
  return parts.join(',');
}

/** All attempts, the first one first. */
export function autopsiesText(autopsies: readonly AttemptAutopsy[]): string {
  return autopsies.map(autopsyText).join(';');
}

function connectionParts(connection: ConnectionAutopsy): string[] {
  const { id, ageMs, connectMs, idleMs, requests, sentBytes, receivedBytes, closedBy, errno } = connection;
  const closed = closedBy === 'nobody' ? [] : [`closed-by=${closedBy}`];
  return [
    `connection=${id}`,
    `age=${milliseconds(ageMs)}`,
    ...(connectMs === null ? [] : [`connect=${milliseconds(connectMs)}`]),
    ...(idleMs === null ? [] : [`idle=${milliseconds(idleMs)}`]),
    ...(requests === 0 ? [] : [`requests=${requests}`, `sent=${sentBytes}B`, `received=${receivedBytes}B`]),
    ...closed,
    ...(errno === '' ? [] : [`errno=${errno}`]),
  ];
}

function milliseconds(ms: number): string {
  return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)}ms`;
}

/** The same for people: what happened, in a sentence or two. */
export function autopsySentence(autopsy: AttemptAutopsy): string {
  const { connection, isRetried } = autopsy;
  const closed = connection === null ? '' : connectionSentence(connection);
  return `${happened(autopsy)}${closed}${isRetried ? '; tried again' : ''}`;
}

function happened(autopsy: AttemptAutopsy): string {
  const { cause, detail, elapsedMs, timer, limit, status } = autopsy;
  const why = detail === '' ? '' : `: ${detail.replaceAll('_', ' ')}`;
  const after = timeText(elapsedMs);
  const ranOut = timer === null ? '' : ` of ${timeText(timer.ms)} (${timer.setting})`;
  switch (cause) {
    case 'keep-alive-race':
      return `the upstream closed an idle connection just as the request was sent on it${why}`;
    case 'connect-refused':
      return `nobody listens there: the connection was refused after ${after}`;
    case 'connect-timeout':
      return `no connection within the connect timeout${ranOut}`;
    case 'connect-failed':
      return `no connection${why}`;
    case 'tls-failure':
      return `connected, but the TLS handshake failed${why}${ranOut}`;
    case 'reset-before-headers':
      return `the upstream ended the request ${after} after it began, before it answered${why}`;
    case 'reset-after-headers':
      return `the upstream broke off in the middle of its response, ${after} after the request began${why}`;
    case 'refused-stream':
      return `the upstream refused the stream unseen${why}`;
    case 'per-try-timeout':
    case 'per-try-idle-timeout':
    case 'max-stream-duration':
      return `the attempt outlasted its timeout${ranOut}`;
    case 'route-timeout':
      return `the request outlasted the timeout${ranOut}`;
    case 'overflow':
      return limit === null
        ? 'a circuit breaker refused the request'
        : `the circuit breaker refused the request: ${limit.name} is ${limit.max} (${limit.setting})`;
    case 'no-healthy-host':
      return `no host to send it to${why}`;
    case 'protocol-error':
      return `what the upstream sent is no valid response${why}`;
    case 'unwelcome-response':
      return `the upstream answered ${status}, which the retry policy does not take`;
  }
}

function connectionSentence(connection: ConnectionAutopsy): string {
  const { id, ageMs, idleMs, requests, sentBytes, receivedBytes, closedBy, errno } = connection;
  if (requests === 0) return errno === '' ? '' : ` (${errno})`;
  const idle = idleMs === null ? 'new for this request' : `idle for ${timeText(idleMs)} before`;
  const end = closedBy === 'nobody' ? 'still open' : `closed by the ${closedBy}`;
  const how = errno === '' ? '' : ` (${errno})`;
  return `; connection ${id}: ${timeText(ageMs)} old, request ${requests} on it, ${idle}, ${sentBytes} bytes sent, ${receivedBytes} received, ${end}${how}`;
}

/** What the cluster's idle timeout should be, when its upstream closes idle connections first; empty otherwise. */
export function idleAdvice(
  cluster: string,
  closes: IdleCloseView | null,
  idleTimeoutMs: number,
  origin: string,
): string {
  if (closes === null || (idleTimeoutMs > 0 && idleTimeoutMs < closes.minMs)) return '';
  const now = idleTimeoutMs === 0 ? 'none' : timeText(idleTimeoutMs);
  return `the upstream closes connections that were idle for ${timeText(closes.minMs)} (typically ${timeText(closes.typicalMs)}, ${closes.count} seen): set common_http_protocol_options.idle_timeout of cluster '${cluster}' below ${timeText(closes.minMs)} (now ${now}; ${origin})`;
}
