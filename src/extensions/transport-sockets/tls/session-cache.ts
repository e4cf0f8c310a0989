/** Sessions that a client may resume, newest first; as many as the configuration keeps for all hosts together. */
export class SessionCache {
  private readonly limit: number;
  private readonly sessions: { readonly key: string; readonly session: Buffer }[];

  constructor(limit: number) {
    this.limit = Math.min(limit, longest);
    this.sessions = [];
  }

  add(key: string, session: Buffer): void {
    if (this.limit === 0) return;
    this.sessions.unshift({ key, session });
    if (this.sessions.length > this.limit) this.sessions.pop();
  }

  /** TLS 1.3 wants each session used once (RFC 8446, appendix C.4): it is taken out. */
  take(key: string): Buffer | undefined {
    const at = this.sessions.findIndex((it) => it.key === key);
    return at < 0 ? undefined : this.sessions.splice(at, 1)[0]?.session;
  }
}

const longest = 10_000;
