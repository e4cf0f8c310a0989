import type { StatIdentity, StatTag } from '../api/stat-sink.js';

/** Turns full names into what sinks and Prometheus call them. */
export interface StatNaming {
  identify(name: string): StatIdentity;
}

/** An identity whose tags are worked out when somebody asks for them: plain statsd never does. */
export class LazyIdentity implements StatIdentity {
  readonly name: string;
  private readonly naming: StatNaming;
  private known: StatIdentity | null = null;

  constructor(name: string, naming: StatNaming) {
    this.name = name;
    this.naming = naming;
  }

  get extractedName(): string {
    return this.full.extractedName;
  }

  get tags(): readonly StatTag[] {
    return this.full.tags;
  }

  private get full(): StatIdentity {
    this.known ??= this.naming.identify(this.name);
    return this.known;
  }
}
