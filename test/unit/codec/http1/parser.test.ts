import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CodecError, Http1Events, Http1ParserOptions } from '../../../../src/api/codec.js';
import { HeaderClass, type HeaderMap, type RequestHeaders } from '../../../../src/base/header-map.js';
import { Http1RequestParser, Http1ResponseParser } from '../../../../src/codec/http1/parser.js';

const options: Http1ParserOptions = {
  maxHeadBytes: 1000,
  maxHeaders: 10,
  enableTrailers: true,
  acceptHttp10: true,
  allowChunkedLength: false,
  headersWithUnderscores: 'ALLOW',
  spelling: null,
  writesProperCase: false,
  ignoresUpgrade: null,
  sendsFullUrl: false,
  allowAbsoluteUrl: true,
};

/** Records events by name and runs a hook inside of them. */
class Recorder<H extends HeaderMap> implements Http1Events<H> {
  readonly seen: string[];
  heads: H[];
  hook: (event: string) => void;

  constructor() {
    this.seen = [];
    this.heads = [];
    this.hook = () => {};
  }

  onMessageBegin(): void {
    this.note('begin');
  }

  onHeaders(headers: H): void {
    this.heads.push(headers);
    this.note('headers');
  }

  onData(buffer: Buffer, start: number, end: number): void {
    this.note(`data ${buffer.latin1Slice(start, end)}`);
  }

  onTrailers(): void {
    this.note('trailers');
  }

  onMessageComplete(): void {
    this.note('complete');
  }

  private note(event: string): void {
    this.seen.push(event);
    this.hook(event);
  }
}

function requests(changed: Partial<Http1ParserOptions> = {}) {
  const events = new Recorder<RequestHeaders>();
  return { events, parser: new Http1RequestParser({ ...options, ...changed }, events) };
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function errorOf(parser: { readonly error: CodecError | null }): string | undefined {
  return parser.error?.message;
}

const small = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';
const chunked = 'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('Http1RequestParser', () => {
  test('it returns right behind a message and leaves the next one alone', () => {
    const { parser, events } = requests();
    const wire = bytes(small + small);
    equal(parser.execute(wire, 0, wire.length), small.length);
    deepEqual(events.seen, ['begin', 'headers', 'complete']);
    ok(parser.isIdle);
    equal(parser.execute(wire, small.length, wire.length), small.length);
    equal(events.heads.length, 2);
  });

  test('it parses from the middle of a buffer and does not look beyond the end it is given', () => {
    const { parser, events } = requests();
    const wire = bytes(`junk${small}junk`);
    equal(parser.execute(wire, 4, 4 + small.length), small.length);
    equal(events.heads[0]?.authority, 'h');
  });

  test('empty lines are consumed without the beginning of a message', () => {
    const { parser, events } = requests();
    equal(parser.execute(bytes('\r\n\r\n'), 0, 4), 4);
    deepEqual(events.seen, []);
    ok(parser.isIdle);
  });

  test('the beginning of a message is told at its first byte', () => {
    const { parser, events } = requests();
    parser.execute(bytes('G'), 0, 1);
    deepEqual(events.seen, ['begin']);
    equal(parser.isIdle, false);
    equal(parser.heldBytes, 1);
  });

  test('pause stops behind the running callback and execute goes on from there', () => {
    const { parser, events } = requests();
    const wire = bytes(`${chunked}5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n`);
    events.hook = () => parser.pause();
    let at = 0;
    const stops: number[] = [];
    while (at < wire.length) {
      at += parser.execute(wire, at, wire.length);
      stops.push(at - chunked.length);
    }
    deepEqual(stops, [0, 8, 14, 21]);
    deepEqual(events.seen, ['begin', 'headers', 'data hello', 'data !', 'complete']);
  });

  test('pause does not hold back an end that needs no further byte', () => {
    const { parser, events } = requests();
    events.hook = () => parser.pause();
    const wire = bytes('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi');
    const head = parser.execute(wire, 0, wire.length);
    equal(head, wire.length - 2);
    parser.execute(wire, head, wire.length);
    deepEqual(events.seen, ['begin', 'headers', 'data hi', 'complete']);
  });

  test('remaining counts a length down to nothing in the last piece', () => {
    const { parser, events } = requests();
    const remaining: number[] = [];
    events.hook = () => remaining.push(parser.remaining);
    parser.execute(bytes('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel'), 0, 50);
    parser.execute(bytes('lo'), 0, 2);
    deepEqual(events.seen, ['begin', 'headers', 'data hel', 'data lo', 'complete']);
    deepEqual(remaining, [0, 5, 2, 0, 0]);
  });

  test('an error is final and consumes no more', () => {
    const { parser, events } = requests();
    const wire = bytes('NO / HTTP/1.1\r\n\r\n');
    parser.execute(wire, 0, wire.length);
    equal(parser.error?.status, 400);
    equal(parser.execute(bytes(small), 0, small.length), 0);
    deepEqual(events.seen, ['begin']);
    equal(parser.heldBytes, 0);
  });

  test('a tunnel leaves everything behind the head to the caller', () => {
    const { parser, events } = requests();
    const head = 'CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n';
    const wire = bytes(`${head}raw`);
    equal(parser.execute(wire, 0, wire.length), head.length);
    ok(parser.isTunnel);
    equal(parser.execute(wire, head.length, wire.length), 0);
    parser.finish();
    equal(parser.error, null);
    deepEqual(events.seen, ['begin', 'headers']);
  });

  test('the map carries the classes of what it was given', () => {
    const { parser, events } = requests();
    const wire = bytes('GET / HTTP/1.1\r\nHost: h\r\nX-Envoy-Foo: 1\r\nTE: trailers\r\nX-Other: 1\r\n\r\n');
    parser.execute(wire, 0, wire.length);
    equal(events.heads[0]?.classes, HeaderClass.envoy | HeaderClass.hopByHop);
  });

  test('names keep their spelling beside the map when asked', () => {
    const { parser, events } = requests({ spelling: { forwardsReason: false, isProperByDefault: false } });
    const wire = bytes('GET / HTTP/1.1\r\nhOsT: h\r\nX-aBc: 1\r\nAccept: 2\r\n\r\n');
    parser.execute(wire, 0, wire.length);
    const spelling = events.heads[0]?.spelling;
    deepEqual(
      ['host', 'x-abc', 'accept', 'age'].map((name) => spelling?.of(name)),
      ['hOsT', 'X-aBc', 'Accept', undefined],
    );
    deepEqual(events.heads[0]?.names, ['x-abc', 'accept']);
  });

  test('hasHost tells an empty Host from none', () => {
    const { parser } = requests();
    parser.execute(bytes('GET / HTTP/1.1\r\nHost:\r\n\r\n'), 0, 25);
    equal(parser.hasHost, true);
    parser.execute(bytes('GET / HTTP/1.1\r\n\r\n'), 0, 18);
    equal(parser.hasHost, false);
  });

  test('dropped underscores are counted', () => {
    const { parser } = requests({ headersWithUnderscores: 'DROP_HEADER' });
    const wire = bytes('GET / HTTP/1.1\r\nHost: h\r\na_b: 1\r\nc_d: 2\r\n\r\n');
    parser.execute(wire, 0, wire.length);
    equal(parser.droppedUnderscores, 2);
  });

  test('names that collide or are too many to learn are still told apart', () => {
    const { parser, events } = requests({ maxHeaders: 2000, maxHeadBytes: 100_000 });
    const names = Array.from({ length: 1500 }, (_, i) => `x-${i.toString(36)}-${'z'.repeat(i % 60)}`);
    const wire = bytes(`GET / HTTP/1.1\r\nHost: h\r\n${names.map((name) => `${name}: 1\r\n`).join('')}\r\n`);
    parser.execute(wire, 0, wire.length);
    deepEqual(events.heads[0]?.names, names);
  });

  test('a head that comes a byte at a time is gathered, and given back when it is whole', () => {
    const { parser, events } = requests({ maxHeadBytes: 60_000 });
    const wire = bytes(`GET / HTTP/1.1\r\nHost: h\r\nX: ${'a'.repeat(50_000)}\r\n\r\n`);
    for (let i = 0; i < wire.length; i++) parser.execute(wire, i, i + 1);
    equal(events.heads[0]?.get('x')?.length, 50_000);
    equal(parser.heldBytes, 0);
  });

  test('bad bytes are answered before the head is whole', () => {
    const { parser } = requests();
    const wire = bytes('GET / HTTP/1.1\r\nHost: h\r\nbad line\r\n');
    for (let i = 0; i < wire.length; i++) parser.execute(wire, i, i + 1);
    equal(parser.error?.status, 400);
  });
});

describe('Http1ResponseParser', () => {
  test('an informational head is followed by another in the same message', () => {
    const events = new Recorder();
    const parser = new Http1ResponseParser(options, events);
    parser.expect('GET');
    const wire = bytes('HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    const informational: boolean[] = [];
    events.hook = (event) => {
      if (event === 'headers') informational.push(parser.isInformational);
    };
    equal(parser.execute(wire, 0, wire.length), wire.length);
    deepEqual(informational, [true, false]);
    deepEqual(events.seen, ['begin', 'headers', 'headers', 'complete']);
  });

  test('the end of file completes a body without length', () => {
    const events = new Recorder();
    const parser = new Http1ResponseParser(options, events);
    parser.expect('GET');
    const wire = bytes('HTTP/1.1 200 OK\r\n\r\nbody');
    parser.execute(wire, 0, wire.length);
    equal(parser.bodyKind, 'until-close');
    equal(parser.keepAlive, false);
    parser.finish();
    equal(parser.error, null);
    deepEqual(events.seen, ['begin', 'headers', 'data body', 'complete']);
  });

  test('the end of file between messages is nothing, inside of one an error', () => {
    const parser = new Http1ResponseParser(options, new Recorder());
    parser.expect('GET');
    parser.finish();
    equal(errorOf(parser), undefined);
    parser.execute(bytes('HTTP/1.1 2'), 0, 10);
    parser.finish();
    equal(parser.isHeadComplete, false);
    equal(errorOf(parser), 'head cut off');
  });

  test('a cut body is told from a cut head', () => {
    const parser = new Http1ResponseParser(options, new Recorder());
    parser.expect('GET');
    const wire = bytes('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbo');
    parser.execute(wire, 0, wire.length);
    parser.finish();
    equal(parser.isHeadComplete, true);
    equal(parser.error?.message, 'body cut off');
  });
});
