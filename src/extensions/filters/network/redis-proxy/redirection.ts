/** An error that names the host that would have answered. */
export interface Redirection {
  readonly address: string;
  /** That host has to be told that it is asked on purpose. */
  readonly isAsk: boolean;
}

/** `MOVED 3999 10.0.0.1:6381`, `ASK …`; `down` for a cluster that serves nobody, null for any other error. */
export function parseRedirection(error: string): Redirection | 'down' | null {
  const words = error.split(' ').filter((word) => word !== '');
  const [verb, , address] = words;
  if (words.length === 3 && address !== undefined && (verb === 'MOVED' || verb === 'ASK')) {
    return { address, isAsk: verb === 'ASK' };
  }
  return verb === 'CLUSTERDOWN' ? 'down' : null;
}
