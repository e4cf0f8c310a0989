import type { FractionConfig } from './config-node.js';

/** Layered overrides as a thread sees them now; replaced as a whole when a layer changes. */
export interface RuntimeView {
  /** The whole number from 0 up that is stored under that key, or the fallback; other numbers do not count, as in Envoy. */
  number(key: string, fallback: number): number;
  /** The number of any kind that is stored under that key, or the fallback. */
  double(key: string, fallback: number): number;
  bool(key: string, fallback: boolean): boolean;
  string(key: string): string | undefined;
  /** Whether a draw (any integer ≥ 0) falls inside the fraction, after a runtime override of it. */
  sampled(fraction: FractionConfig, draw: number): boolean;
}
