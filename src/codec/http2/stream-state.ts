/**
 * The life of a stream (RFC 9113 section 5.1). Idle streams have no object; nobody pushes, so none is reserved.
 *
 *              HEADERS
 *      idle ────────────► open ──┬── END_STREAM received ──► halfClosedRemote ──┐
 *                                └── END_STREAM sent ──────► halfClosedLocal ───┤ END_STREAM the other way
 *                          any ─── RST_STREAM, either way ────────────────────► closed
 */
export const StreamState = { open: 0, halfClosedRemote: 1, halfClosedLocal: 2, closed: 3 } as const;
export type StreamState = (typeof StreamState)[keyof typeof StreamState];

/** Whether the peer may still send on it. */
export function canReceive(state: StreamState): boolean {
  return state === StreamState.open || state === StreamState.halfClosedLocal;
}

export function canSend(state: StreamState): boolean {
  return state === StreamState.open || state === StreamState.halfClosedRemote;
}

export function afterEndReceived(state: StreamState): StreamState {
  return state === StreamState.open ? StreamState.halfClosedRemote : StreamState.closed;
}

export function afterEndSent(state: StreamState): StreamState {
  return state === StreamState.open ? StreamState.halfClosedLocal : StreamState.closed;
}
