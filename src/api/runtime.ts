import type { FractionConfig } from './config-node.js';

/** Layered overrides as a thread sees them now; replaced as a whole when a layer changes. */
export interface RuntimeView {
  /** The number stored under that key, or the fallback. */
  number(key: string, fallback: number): number;
  bool(key: string, fallback: boolean): boolean;
  string(key: string): string | undefined;
  /** Whether a draw (any integer ≥ 0) falls inside the fraction, after a runtime override of it. */
  sampled(fraction: FractionConfig, draw: number): boolean;
}
