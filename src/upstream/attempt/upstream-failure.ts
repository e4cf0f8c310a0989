import type { StreamResetReason } from '../../api/codec.js';
import { ResponseFlag } from '../../api/response-flags.js';

/** How a failed upstream stream is told to the client. */
export interface FailureText {
  readonly text: string;
  readonly flag: number;
  readonly status: number;
}

const failures: { readonly [reason in StreamResetReason]: FailureText } = {
  'local-reset': { text: 'local reset', flag: ResponseFlag.localReset, status: 503 },
  'local-refused-stream': { text: 'local refused stream reset', flag: ResponseFlag.localReset, status: 503 },
  'remote-reset': { text: 'remote reset', flag: ResponseFlag.upstreamRemoteReset, status: 503 },
  'remote-refused-stream': {
    text: 'remote refused stream reset',
    flag: ResponseFlag.upstreamRemoteReset,
    status: 503,
  },
  'local-connection-failure': {
    text: 'local connection failure',
    flag: ResponseFlag.upstreamConnectionFailure,
    status: 503,
  },
  'remote-connection-failure': {
    text: 'remote connection failure',
    flag: ResponseFlag.upstreamConnectionFailure,
    status: 503,
  },
  'connection-timeout': {
    text: 'connection timeout',
    flag: ResponseFlag.upstreamConnectionFailure,
    status: 503,
  },
  'connection-termination': {
    text: 'connection termination',
    flag: ResponseFlag.upstreamConnectionTermination,
    status: 503,
  },
  overflow: { text: 'overflow', flag: ResponseFlag.upstreamOverflow, status: 503 },
  'protocol-error': { text: 'protocol error', flag: ResponseFlag.upstreamProtocolError, status: 502 },
  'connect-error': {
    text: 'remote error with CONNECT request',
    flag: ResponseFlag.upstreamRemoteReset,
    status: 503,
  },
  'premature-upstream-close': {
    text: 'HTTP/1 premature upstream half close',
    flag: ResponseFlag.localReset,
    status: 503,
  },
  'overload-manager': { text: 'overload manager reset', flag: ResponseFlag.overloadManager, status: 503 },
};

export function failureOf(reason: StreamResetReason): FailureText {
  return failures[reason];
}

/** Why a connection failed, as details and logs have it; nothing for a peer that broke the protocol. */
export function transportReason(reason: StreamResetReason, detail: string): string {
  return reason === 'protocol-error' ? '' : detail.replaceAll(' ', '_');
}

/** `upstream_reset_before_response_started{connection_termination}`, blanks turned to underscores. */
export function failureDetails(kind: 'before' | 'after', failure: FailureText, transport: string): string {
  const inner = transport === '' ? failure.text : `${failure.text}|${transport}`;
  return `upstream_reset_${kind}_response_started{${inner.replaceAll(' ', '_')}}`;
}
