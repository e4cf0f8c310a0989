/** When an option is set: before the socket is bound, behind that, or once it listens. */
export type SocketState = 'STATE_PREBIND' | 'STATE_BOUND' | 'STATE_LISTENING';

/** One option of a socket, by its numbers. */
export type SocketOptionConfig = {
  readonly level: number;
  readonly name: number;
  readonly value: number | Uint8Array;
  readonly state: SocketState;
  /** Of the addresses that it is for; 0 = both. */
  readonly family: 0 | 4 | 6;
};
