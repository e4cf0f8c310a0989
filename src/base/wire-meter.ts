/**
 * What one stream has put on the wire and taken from it, as Envoy counts HTTP/1. Codecs have one, and write it only
 * while `isOn`: where some access log prints it.
 */
export class WireMeter {
  isOn = false;
  /** The meter that goes on from this one; null when this one is up to date. */
  live: WireMeter | null = null;
  received = 0;
  sent = 0;
  /** Name, value and three bytes for each field; of trailers where they are read. */
  headersReceived = 0;
  /** All of a head but its start line and the empty line. */
  headersSent = 0;
  /** Without compression `headersReceived`, taken anew at each head: interim responses and retries count again. */
  decompressedReceived = 0;

  /** Counts for a stream that has been counted so far in `before`, for nobody when that is null. */
  begin(before: WireMeter | null): void {
    this.isOn = before !== null;
    if (before !== null) this.copy(before);
  }

  copy(from: WireMeter): void {
    this.received = from.received;
    this.sent = from.sent;
    this.headersReceived = from.headersReceived;
    this.headersSent = from.headersSent;
    this.decompressedReceived = from.decompressedReceived;
  }

  onBytesReceived(bytes: number): void {
    this.received += bytes;
  }

  onHeadReceived(bytes: number, fieldBytes: number): void {
    this.received += bytes;
    this.headersReceived += fieldBytes;
    this.decompressedReceived += this.headersReceived;
  }

  onHeadSent(head: string): void {
    this.sent += head.length;
    this.headersSent += head.length - head.indexOf('\n') - 3;
  }
}

/** What streams start from. */
export const emptyMeter: WireMeter = new WireMeter();
