import { createServer } from 'node:http';

/** The origin where nginx is not installed: `node-origin.js PORT` serves /small, /100k and /1m. */
const bodies = new Map([
  ['/small', Buffer.alloc(64, 'x')],
  ['/100k', Buffer.alloc(102_400, 'x')],
  ['/1m', Buffer.alloc(1_048_576, 'x')],
]);

createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  const body = bodies.get(request.url ?? '');
  response.writeHead(body === undefined ? 404 : 200, { 'content-length': body?.length ?? 0 });
  response.end(body);
}).listen(Number(process.argv[2]), '127.0.0.1');
