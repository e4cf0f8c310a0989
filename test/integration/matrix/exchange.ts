import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

type Headers = { readonly [name: string]: string | number };

/** A request at an origin and its answer, whatever the protocol; gRPC calls get their statuses and framing. */
export class Exchange {
  readonly request: Readable;
  readonly path: string;
  readonly isGrpc: boolean;
  private readonly response: ServerResponse | Http2ServerResponse;
  private readonly trailersSeen: () => string;
  private readonly onBreak: () => void;

  constructor(
    request: Readable & { readonly url?: string | undefined; readonly headers: IncomingMessage['headers'] },
    response: ServerResponse | Http2ServerResponse,
    trailersSeen: () => string,
    onBreak: () => void,
  ) {
    this.request = request;
    this.path = request.url ?? '/';
    this.isGrpc = request.headers['content-type'] === 'application/grpc';
    this.response = response;
    this.trailersSeen = trailersSeen;
    this.onBreak = onBreak;
    request.on('error', () => undefined);
    response.on('error', () => undefined);
  }

  body(): Promise<Buffer> {
    return buffer(this.request);
  }

  /** A short text. Clients that do not show bodies find it in a field as well. */
  answer(status: number, text: string): void {
    if (this.isGrpc) this.answerGrpc(text);
    else {
      this.begin(status, { 'content-length': text.length, 'x-result': text });
      this.response.end(text);
    }
  }

  /** Trailers tell what trailers the request had. */
  answerWithTrailers(text: string): void {
    this.begin(200, { trailer: 'x-sum, x-seen' });
    this.write(this.isGrpc ? grpcMessage(text) : Buffer.from(text));
    this.end({ 'x-sum': text.length, 'x-seen': this.trailersSeen() });
  }

  begin(status: number, headers: Headers): void {
    const { 'content-length': _, ...unframed } = headers;
    const sent = this.isGrpc ? { ...unframed, 'content-type': 'application/grpc' } : headers;
    this.response.writeHead(status, { ...sent });
  }

  write(bytes: Buffer): boolean {
    // The two kinds of responses take other callbacks, not other bytes.
    return (this.response as ServerResponse).write(bytes);
  }

  end(trailers: Headers): void {
    const all = this.isGrpc ? { 'grpc-status': 0, ...trailers } : trailers;
    this.response.addTrailers(
      Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)])),
    );
    this.response.end();
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      const { response } = this;
      const go = (): void => {
        response.off('drain', go).off('close', go);
        resolve();
      };
      response.on('drain', go).on('close', go);
    });
  }

  onEnded(then: () => void): void {
    this.response.on('close', then);
  }

  /** When what was written has left the process. */
  onFlushed(then: () => void): void {
    (this.response as ServerResponse).write(Buffer.from('x'), () => then());
  }

  /** Ends the request without an answer, or within it. */
  breakOff(): void {
    this.onBreak();
  }

  private answerGrpc(text: string): void {
    if (text === 'early') {
      this.begin(200, {});
      this.end({ 'grpc-status': 8, 'grpc-message': text });
      return;
    }
    this.begin(200, {});
    this.write(grpcMessage(text));
    this.end({});
  }
}

export function grpcMessage(text: string): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(text.length, 1);
  return Buffer.concat([head, Buffer.from(text)]);
}

export function http1Exchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const seen = (): string => request.trailers['x-sent'] ?? 'none';
  return new Exchange(request, response, seen, () => request.socket.destroy());
}

export function http2Exchange(request: Http2ServerRequest, response: Http2ServerResponse): Exchange {
  const seen = (): string => String(request.trailers['x-sent'] ?? 'none');
  return new Exchange(request, response, seen, () => response.stream.close(constants.NGHTTP2_INTERNAL_ERROR));
}
