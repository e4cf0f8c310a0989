import type { FractionConfig } from '../../../../api/config-node.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import type { CommandFacts } from './commands.js';

export type FaultConfig = {
  readonly isError: boolean;
  readonly fraction: FractionConfig;
  /** 0: at once. */
  readonly delayMs: number;
  /** Lower-case; none: every command. */
  readonly commands: readonly string[];
};

/**
 * The faults of each command: its own, then those of all. Their shares add up: of a hundred commands the first fault
 * gets as many as it asks for, the second the next.
 */
export class Faults {
  private readonly scope: ThreadScope;
  private readonly byCommand: ReadonlyMap<string, readonly FaultConfig[]>;
  private readonly forAll: readonly FaultConfig[];

  constructor(faults: readonly FaultConfig[], scope: ThreadScope) {
    this.scope = scope;
    this.forAll = faults.filter(({ commands }) => commands.length === 0);
    const named = new Set(faults.flatMap(({ commands }) => commands));
    this.byCommand = new Map(
      Array.from(named, (name) => [
        name,
        [...faults.filter(({ commands }) => commands.includes(name)), ...this.forAll],
      ]),
    );
  }

  /** Null for none, as mostly. */
  draw(command: CommandFacts): FaultConfig | null {
    const candidates = this.byCommand.get(command.name) ?? this.forAll;
    if (candidates.length === 0) return null;
    const drawn = this.scope.random.below(100);
    let taken = 0;
    for (const fault of candidates) {
      taken += this.percentOf(fault.fraction);
      if (drawn < taken) return fault;
    }
    return null;
  }

  /** The numerator alone counts, whatever it is out of: Envoy's. */
  private percentOf({ runtimeKey, numerator }: FractionConfig): number {
    return runtimeKey === '' ? numerator : this.scope.runtime.number(runtimeKey, numerator);
  }
}
