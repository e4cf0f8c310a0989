/** What is kept of the way in which a peer wrote a head. */
export type SpellingConfig = {
  /** The reason phrase of a response goes on as well. */
  readonly forwardsReason: boolean;
  /** Names that the peer did not send are written `Proper-Case` instead of in lower case. */
  readonly isProperByDefault: boolean;
};

/** How a peer spelled the names of one head, for a connection on the other side that writes them the same way. */
export class NameSpelling {
  readonly isProperByDefault: boolean;
  /** Empty: the status has its own phrase. */
  reason: string;
  private readonly byName: Map<string, string>;

  constructor(config: SpellingConfig) {
    this.isProperByDefault = config.isProperByDefault;
    this.reason = '';
    this.byName = new Map();
  }

  /** The first spelling of a name counts. */
  note(name: string, spelled: string): void {
    if (!this.byName.has(name)) this.byName.set(name, spelled);
  }

  of(name: string): string | undefined {
    return this.byName.get(name);
  }
}
