const largest = 99_999_999;

/** A time as `grpc-timeout` says it: at most eight digits, so that the unit grows with the time. */
export function grpcTimeoutText(timeoutMs: number): string {
  const ms = Math.ceil(timeoutMs);
  if (ms <= largest) return `${ms}m`;
  const seconds = Math.floor(ms / 1000);
  if (seconds <= largest) return `${seconds}S`;
  const minutes = Math.floor(seconds / 60);
  return minutes <= largest ? `${minutes}M` : `${Math.min(largest, Math.floor(minutes / 60))}H`;
}
