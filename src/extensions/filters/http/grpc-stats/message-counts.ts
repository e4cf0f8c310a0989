/** How many messages went each way, as filter state; what logs print of it. */
export class MessageCounts {
  request: number;
  response: number;

  constructor() {
    this.request = 0;
    this.response = 0;
  }

  plainText(): string {
    return `${this.request},${this.response}`;
  }

  /** `FilterObject` as protobuf's JSON says it. */
  toJSON(): { readonly [field: string]: string } {
    return {
      ...(this.request === 0 ? {} : { requestMessageCount: String(this.request) }),
      ...(this.response === 0 ? {} : { responseMessageCount: String(this.response) }),
    };
  }
}
