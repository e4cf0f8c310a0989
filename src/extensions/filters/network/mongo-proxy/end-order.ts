/** Which side of a connection that both sides ended said so last: that is who closed it. */
export class EndOrder {
  private sawClient: boolean;
  private sawServer: boolean;
  /** Whether the server's end came last; null unless both sides have ended. */
  isLocal: boolean | null;

  constructor() {
    this.sawClient = false;
    this.sawServer = false;
    this.isLocal = null;
  }

  onClientEnd(): void {
    this.sawClient = true;
    if (this.sawServer) this.isLocal ??= false;
  }

  onServerEnd(): void {
    this.sawServer = true;
    if (this.sawClient) this.isLocal ??= true;
  }
}
