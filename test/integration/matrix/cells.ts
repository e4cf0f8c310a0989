/** What is played between a client and an origin. */
export const scenarios = [
  'GET',
  'HEAD',
  'upload',
  'both ways at once',
  'trailers',
  '100-continue',
  'early answer',
  'reset by the client',
  'reset before the answer',
  'reset within the answer',
  'WebSocket',
  'CONNECT',
] as const;
export type Scenario = (typeof scenarios)[number];

/** What the listeners speak; `tls` chooses by ALPN. */
export const listeners = ['h1', 'h2c', 'tls'] as const;
export type Listener = (typeof listeners)[number];

/** What the origins speak; also the first segment of the paths that lead to them, and a prefix of host names. */
export const upstreams = ['h1', 'h2c', 'tls-h1', 'tls-h2'] as const;
export type Upstream = (typeof upstreams)[number];

/** Where a client finds the proxy and what it works with. */
export interface Front {
  port(listener: Listener): number;
  /** The authority that signed every certificate. */
  readonly ca: string;
  /** What is uploaded, and where it lies as a file. */
  readonly body: Buffer;
  readonly bodyFile: string;
  /** Resolves once an origin has seen its request for that path end before it was answered. */
  ended(path: string): Promise<void>;
}

/** One scenario on the way to one upstream. */
export interface Cell {
  readonly scenario: Scenario;
  readonly upstream: Upstream;
}

/** A client at one listener. */
export interface Peer {
  readonly client: string;
  readonly listener: Listener;
  /** Why the client cannot be run here; false when it can. */
  readonly missing: string | false;
  /** Scenarios it has no part in, and why. */
  readonly without: { readonly [scenario in Scenario]?: string };
  readonly sendsTrailers?: boolean;
  /** Plays the cells and tells how each ended, in their order. */
  play(front: Front, cells: readonly Cell[]): Promise<readonly string[]>;
}

/** A client that plays its scenarios one by one. */
export type Plays = { readonly [scenario in Scenario]?: (front: Front, root: string) => Promise<string> };

/** Plays the cells to each upstream in turn; a scenario that fails tells how. */
export async function playEach(plays: Plays, front: Front, cells: readonly Cell[]): Promise<string[]> {
  const outcomes: string[] = [];
  for (const { scenario, upstream } of cells) {
    const play = plays[scenario];
    outcomes.push(play === undefined ? 'not played' : await withinPatience(play(front, `/${upstream}`)));
  }
  return outcomes;
}

const patienceMs = 30_000;

/** An error, or that nothing happened, is an outcome too. */
async function withinPatience(playing: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no end'), patienceMs);
  });
  const outcome = await Promise.race([playing.catch((error: Error) => error.message), silence]);
  clearTimeout(timer);
  return outcome;
}

/** `h1.test:80` for `/h1`. */
export function authorityOf(root: string): string {
  return `${root.slice(1)}.test:80`;
}

export const webSocketText = 'over the socket';
/** How many parts go to and fro where a client writes the next when it has got the last back. */
export const echoParts = 16;
