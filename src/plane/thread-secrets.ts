import type { SecretValue, SecretView } from '../api/secrets.js';
import type { Plain } from '../base/plain.js';

/** The secrets that one thread knows; main sends those that change. */
export class ThreadSecrets implements SecretView {
  private readonly values: Map<string, Plain>;
  generation: number;

  constructor(values: readonly SecretValue[]) {
    this.values = new Map(values.map(({ key, value }) => [key, value]));
    this.generation = 0;
  }

  get(key: string): Plain {
    return this.values.get(key);
  }

  set({ key, value }: SecretValue): void {
    this.values.set(key, value);
    this.generation++;
  }

  /** All of them, for a thread that starts now. */
  list(): readonly SecretValue[] {
    return [...this.values].map(([key, value]) => ({ key, value }));
  }
}
