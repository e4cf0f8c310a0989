/** What wrk counted in one run. */
export interface WrkAccount {
  readonly completed: number;
  /** Answers that were neither 2xx nor 3xx, and socket errors of every kind. */
  readonly failed: number;
  readonly seconds: number;
}

const secondsPer: Record<string, number> = { us: 1e-6, ms: 1e-3, s: 1, m: 60 };

/** Reads `103512 requests in 3.00s, 12.3MB read` and the lines about failures; throws with the text when there is none. */
export function readWrk(stdout: string): WrkAccount {
  const total = /(\d+) requests in ([\d.]+)(us|ms|s|m),/.exec(stdout);
  if (total === null) throw new Error(`wrk gave no account: ${stdout.trim().slice(-300)}`);
  const wrong = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout);
  const broken = (errors ?? []).slice(1).reduce((sum, count) => sum + Number(count), 0);
  return {
    completed: Number(total[1]),
    failed: wrong + broken,
    seconds: Number(total[2]) * (secondsPer[total[3] ?? 's'] ?? 1),
  };
}
