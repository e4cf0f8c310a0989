import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** An HTTP/2 origin without TLS. */
export interface EchoOrigin {
  readonly port: number;
  close(): void;
}

/** Sends every body back, and tells in trailers what it was; `/long` answers what it is asked for in a field. */
export async function startEchoOrigin(): Promise<EchoOrigin> {
  const server = createServer({ maxSessionMemory: 1000 });
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => stream.destroy());
    if (headers[':method'] === 'GET') {
      stream.respond({ ':status': 200 });
      stream.end(Buffer.alloc(Number(headers['x-bytes'] ?? 64), 'g'));
      return;
    }
    const hash = createHash('sha1');
    let bytes = 0;
    stream.on('data', (part: Buffer) => {
      hash.update(part);
      bytes += part.length;
    });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': hash.digest('hex'), 'x-bytes': bytes }));
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    stream.pipe(stream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, close: () => server.close() };
}
