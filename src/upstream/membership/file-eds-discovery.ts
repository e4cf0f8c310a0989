import type { AssignmentAnswer } from './assignments.js';
import type { Discovery, DiscoveryOwner } from './discovery.js';
import type { EdsScope } from './eds-scope.js';
import { EdsSubscription } from './eds-subscription.js';
import { M } from './membership-stats.js';

/** Hosts that stand in a file, as an assignment in a `DiscoveryResponse`; read again when the file is moved into place. */
export class FileEdsDiscovery implements Discovery {
  readonly groups = 1;
  private readonly owner: DiscoveryOwner;
  private readonly scope: EdsScope;
  private readonly path: string;
  private readonly subscription: EdsSubscription;
  /** Null once it is closed. */
  private unwatch: (() => void) | null;
  private isReading: boolean;
  private isStale: boolean;

  constructor(owner: DiscoveryOwner, scope: EdsScope) {
    this.owner = owner;
    this.scope = scope;
    this.path = owner.config.eds?.path ?? '';
    this.subscription = new EdsSubscription(owner, scope);
    this.unwatch = () => undefined;
    this.isReading = false;
    this.isStale = false;
  }

  fill(): void {}

  start(): boolean {
    this.watch();
    this.read();
    return this.owner.config.waitForWarmOnInit;
  }

  close(): void {
    this.unwatch?.();
    this.unwatch = null;
    this.subscription.close();
  }

  private watch(): void {
    const { fileWatches, log } = this.scope;
    try {
      const directory = this.owner.config.eds?.watchedDirectory ?? '';
      this.unwatch = fileWatches.add(this.path, directory, () => this.read());
    } catch (error) {
      log.warn(`EDS: ${this.path} is not watched: ${String(error)}`);
    }
  }

  /** A move while the file is being read makes it be read once more. */
  private read(): void {
    this.isStale = this.isReading;
    if (this.isReading) return;
    this.isReading = true;
    this.owner.stats.inc(M.update_attempt);
    void this.scope.readAssignments({ path: this.path }).then((answer) => {
      this.isReading = false;
      if (this.unwatch === null) return;
      this.onAnswer(answer);
      this.owner.discovered();
      if (this.isStale) this.read();
    });
  }

  private onAnswer(answer: AssignmentAnswer): void {
    if (answer.kind === 'unreadable') this.subscription.fail(this.path, answer.error);
    else this.subscription.take(answer, this.path);
  }
}
