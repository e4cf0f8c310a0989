/** Something that changes, and those who wait for it to reach a state. */
export class Signal {
  private readonly waiting: Set<() => void>;

  constructor() {
    this.waiting = new Set();
  }

  changed(): void {
    for (const look of [...this.waiting]) look();
  }

  /** True as soon as `isReached` is, false when that takes longer than `limitMs`. */
  until(isReached: () => boolean, limitMs: number): Promise<boolean> {
    if (isReached()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const look = (): void => {
        if (isReached()) settle(true);
      };
      const settle = (outcome: boolean): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve(outcome);
      };
      const timer = setTimeout(() => settle(false), limitMs);
      this.waiting.add(look);
    });
  }
}
