const missing = '–';

/** A figure with as many digits as a reader compares by: three, and whole numbers from 100 on. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return missing;
  const size = Math.abs(value);
  if (size >= 100) return thousands(value);
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(2);
}

/** A whole number with thin groups of three, `12 345`. */
export function thousands(value: number): string {
  if (!Number.isFinite(value)) return missing;
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ' ');
}

const byteUnits = ['B', 'KB', 'MB', 'GB'];

/** Bytes in the largest unit that leaves a figure of at least one, 1 KB being 1,024 bytes. */
export function bytes(value: number): string {
  if (!Number.isFinite(value)) return missing;
  let scaled = value;
  let unit = 0;
  while (Math.abs(scaled) >= 1024 && unit < byteUnits.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${unit === 0 ? thousands(scaled) : figure(scaled)} ${byteUnits[unit] ?? ''}`;
}

/** Microseconds as a latency: `870 µs`, `4.20 ms`, `1.50 s`. */
export function duration(micros: number): string {
  if (!Number.isFinite(micros)) return missing;
  if (micros < 1000) return `${figure(micros)} µs`;
  if (micros < 1_000_000) return `${figure(micros / 1000)} ms`;
  return `${figure(micros / 1_000_000)} s`;
}
