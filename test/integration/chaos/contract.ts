/** How an origin behaves. `dead` is no behaviour of a process: there is none. */
export type Mode =
  | 'fine'
  | 'slow'
  | 'unavailable'
  | 'hanging'
  | 'resetting'
  | 'breaking'
  | 'lying'
  | 'chatty';

/** Failures that a retry hides from the client, since nothing of the answer has been sent yet. */
export const hidden: readonly (Mode | 'dead')[] = ['dead', 'unavailable', 'hanging', 'resetting'];
/** Of those the ones in which no check passes either: a host that is called unhealthy stays so. */
export const unchecked: readonly Mode[] = ['unavailable', 'hanging', 'resetting'];
/** Those that end an answer that has begun. */
export const visible: readonly Mode[] = ['breaking', 'lying'];
/**
 * Harmless ones. Surplus behind an HTTP/1 answer is the fault of a connection without a request; in an HTTP/2 stream it
 * is the fault of one whose answer the client takes for complete, and whose connection closes.
 */
export const odd: { readonly [protocol: string]: readonly Mode[] } = {
  http1: ['slow', 'chatty'],
  http2: ['slow'],
};

/** How many answers each client has had; the request after them is on its way. */
export type Progress = readonly number[];

/** Header with the number of the client, and that of its request. */
export const askHeader = 'x-ask';

export interface ToOrigin {
  readonly mode: Mode;
  /** The proxy knows that this host is unhealthy: requests that clients begin later must not come. */
  readonly expectsNoneAfter: Progress | null;
}

export type FromOrigin =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'unexpected'; readonly mode: Mode; readonly ask: string };

/** Whether a request was on its way, as far as could be seen from outside. */
export function wasUnderWay(ask: string, progress: Progress): boolean {
  const [client, request] = ask.split(' ').map(Number);
  return Number(request) <= (progress[Number(client)] ?? 0);
}

const pattern = Buffer.alloc(256 * 1024, 'the quick brown fox jumps over the lazy dog 0123456789 ');

/** What an origin answers when it is asked for that many bytes. */
export function bodyOf(size: number): Buffer {
  return pattern.subarray(0, size);
}
