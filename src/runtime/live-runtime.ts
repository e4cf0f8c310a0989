import type { FractionConfig } from '../api/config-node.js';
import type { RuntimeView } from '../api/runtime.js';
import type { RuntimeSnapshot } from './snapshot.js';

/** What a thread keeps for good while the snapshot behind it is replaced. */
export class LiveRuntime implements RuntimeView {
  private snapshot: RuntimeSnapshot;

  constructor(snapshot: RuntimeSnapshot) {
    this.snapshot = snapshot;
  }

  get current(): RuntimeSnapshot {
    return this.snapshot;
  }

  replace(snapshot: RuntimeSnapshot): void {
    this.snapshot = snapshot;
  }

  number(key: string, fallback: number): number {
    return this.snapshot.number(key, fallback);
  }

  double(key: string, fallback: number): number {
    return this.snapshot.double(key, fallback);
  }

  bool(key: string, fallback: boolean): boolean {
    return this.snapshot.bool(key, fallback);
  }

  string(key: string): string | undefined {
    return this.snapshot.string(key);
  }

  sampled(fraction: FractionConfig, draw: number): boolean {
    return this.snapshot.sampled(fraction, draw);
  }
}
