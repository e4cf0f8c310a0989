import type { HeaderMap } from './header-map.js';

/**
 * What one stream has put on the wire and taken from it, as Envoy counts. Codecs have one, and write it only
 * while `isOn`: where some access log prints it.
 */
export class WireMeter {
  isOn = false;
  /** The meter that goes on from this one; null when this one is up to date. */
  live: WireMeter | null = null;
  received = 0;
  sent = 0;
  /** HTTP/1: name, value and three bytes for each field; of trailers where they are read. HTTP/2: the frames. */
  headersReceived = 0;
  /** HTTP/1: all of a head but its start line and the empty line. HTTP/2: the frames. */
  headersSent = 0;
  /**
   * HTTP/1: `headersReceived`, taken anew at each head, so that interim responses and retries count again. HTTP/2: names
   * and values.
   */
  decompressedReceived = 0;
  /** HTTP/1: `headersSent`. HTTP/2: names and values. */
  decompressedSent = 0;

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
    this.decompressedSent = from.decompressedSent;
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
    const fieldBytes = head.length - head.indexOf('\n') - 3;
    this.sent += head.length;
    this.headersSent += fieldBytes;
    this.decompressedSent += fieldBytes;
  }

  onBytesSent(bytes: number): void {
    this.sent += bytes;
  }

  /** A header block of HTTP/2: its frames, and its names and values. */
  onBlockReceived(frameBytes: number, fieldBytes: number): void {
    this.received += frameBytes;
    this.headersReceived += frameBytes;
    this.decompressedReceived += fieldBytes;
  }

  /** `pseudoBytes`: of the fields that the map does not list. */
  onBlockSent(frameBytes: number, { names, values }: HeaderMap, pseudoBytes = 0): void {
    this.sent += frameBytes;
    this.headersSent += frameBytes;
    let fieldBytes = pseudoBytes;
    for (let i = 0; i < names.length; i++)
      fieldBytes += (names[i] as string).length + (values[i] as string).length;
    this.decompressedSent += fieldBytes;
  }
}

/** What streams start from. */
export const emptyMeter: WireMeter = new WireMeter();
