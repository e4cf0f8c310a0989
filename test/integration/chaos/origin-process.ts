import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { bodyOf, type FromOrigin, type Mode, type Progress, type ToOrigin, wasUnderWay } from './contract.js';
import { type Exchange, exchangeServer, type Protocol } from './exchange.js';

/** One origin, a process of its own: it answers as it was last told, and tells what it should not have been asked. */
let mode: Mode = 'fine';
let expectsNoneAfter: Progress | null = null;
let port = 0;

function tell(message: FromOrigin): void {
  process.send?.(message);
}

function answer(exchange: Exchange, digest: string): void {
  const size = Number(new URL(exchange.path, 'http://origin').searchParams.get('size'));
  const body = bodyOf(size);
  const headers = {
    'x-origin': String(port),
    'x-mode': mode,
    'x-digest': digest,
    'content-length': String(size),
  };
  switch (mode) {
    case 'fine':
      exchange.answer(200, headers, body);
      break;
    case 'slow':
      setTimeout(() => exchange.answer(200, headers, body), 40);
      break;
    case 'unavailable':
      exchange.answer(503, {}, Buffer.from('no'));
      break;
    case 'hanging':
      break;
    case 'resetting':
      exchange.reset();
      break;
    case 'breaking':
      exchange.breakOff(headers, body.subarray(0, size / 2));
      break;
    case 'lying':
      exchange.misstate(headers, body.subarray(0, size / 2));
      break;
    case 'chatty':
      exchange.misstate(headers, Buffer.concat([body, Buffer.from('and one thing more')]));
      break;
  }
}

function onExchange(exchange: Exchange): void {
  if (exchange.path === '/health') {
    if (mode === 'hanging') return;
    exchange.answer(mode === 'unavailable' || mode === 'resetting' ? 503 : 200, {}, Buffer.alloc(0));
    return;
  }
  const { ask } = exchange;
  if (expectsNoneAfter !== null && !wasUnderWay(ask, expectsNoneAfter))
    tell({ kind: 'unexpected', mode, ask });
  const hash = createHash('sha1');
  exchange.body.on('data', (part: Buffer) => hash.update(part));
  exchange.body.on('end', () => answer(exchange, hash.digest('hex')));
}

process.on('message', (message: ToOrigin) => {
  mode = message.mode;
  expectsNoneAfter = message.expectsNoneAfter;
});
process.on('disconnect', () => process.exit());
const server = exchangeServer(process.argv[3] as Protocol, onExchange);
server.listen(Number(process.argv[2]), '127.0.0.1', () => {
  port = (server.address() as AddressInfo).port;
  tell({ kind: 'listening', port });
});
