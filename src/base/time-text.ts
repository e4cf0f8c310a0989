/** `1.5 s`, `20 ms`, `1 h`. */
export function timeText(ms: number): string {
  if (ms >= 3_600_000 && ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  return ms >= 1000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms * 10) / 10} ms`;
}

/** The same for a timeout, which 0 turns off. */
export function timeoutText(ms: number): string {
  return ms === 0 ? 'none' : timeText(ms);
}
