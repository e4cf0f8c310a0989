import { createServer } from 'node:http2';

/** `holding-origin.js PORT` speaks HTTP/2 in clear text: answers /small, and begins the answer to /hold and no more. */
createServer({ settings: { maxConcurrentStreams: 100_000 } })
  .on('stream', (stream, headers) => {
    stream.on('error', () => undefined); // A client that goes away resets what it held.
    stream.respond({ ':status': 200 });
    if (headers[':path'] === '/hold') stream.write('held');
    else stream.end('x'.repeat(64));
  })
  .listen(Number(process.argv[2]), '127.0.0.1');
