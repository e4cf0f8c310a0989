/** Where a socket's bytes go: listener filters first, then the connection. */
export interface ReadTarget {
  /** Bytes are in the thread's read buffer; answers whether it wants more now. */
  onRead(length: number): boolean;
  readonly isReading: boolean;
}

/** Ties a socket's reads, wired when it is made, to whoever it belongs to at the moment. */
export class ReadLink {
  target: ReadTarget | null;

  constructor() {
    this.target = null;
  }

  onRead(length: number): boolean {
    return this.target === null ? false : this.target.onRead(length);
  }
}
