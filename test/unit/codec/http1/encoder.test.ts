import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Http1Events, Http1ParserOptions } from '../../../../src/api/codec.js';
import { HeaderMap, RequestHeaders, ResponseHeaders } from '../../../../src/base/header-map.js';
import {
  encodeChunkLine,
  encodeRequestHead,
  encodeResponseHead,
  encodeTrailers,
  lastChunk,
} from '../../../../src/codec/http1/encoder.js';
import { Http1RequestParser, Http1ResponseParser } from '../../../../src/codec/http1/parser.js';

const options: Http1ParserOptions = {
  maxHeadBytes: 65_536,
  maxHeaders: 100,
  enableTrailers: true,
  acceptHttp10: true,
  allowChunkedLength: false,
  headersWithUnderscores: 'ALLOW',
  spelling: { forwardsReason: false, isProperByDefault: false },
  writesProperCase: false,
  ignoresUpgrade: null,
  sendsFullUrl: false,
  allowAbsoluteUrl: true,
};

class Collector<H extends HeaderMap> implements Http1Events<H> {
  headers: H | null = null;
  trailers: HeaderMap | null = null;
  body = '';
  isComplete = false;

  onMessageBegin(): void {}

  onHeaders(headers: H): void {
    this.headers = headers;
  }

  onData(buffer: Buffer, start: number, end: number): void {
    this.body += buffer.latin1Slice(start, end);
  }

  onTrailers(trailers: HeaderMap): void {
    this.trailers = trailers;
  }

  onMessageComplete(): void {
    this.isComplete = true;
  }
}

function request(
  fields: readonly (readonly [string, string])[],
  method = 'GET',
  path = '/p',
  authority = 'h',
): RequestHeaders {
  const headers = new RequestHeaders();
  headers.method = method;
  headers.path = path;
  headers.authority = authority;
  for (const [name, value] of fields) headers.add(name, value);
  return headers;
}

function parse(text: string): Collector<RequestHeaders> {
  const events = new Collector<RequestHeaders>();
  const parser = new Http1RequestParser(options, events);
  const wire = Buffer.from(text, 'latin1');
  equal(parser.execute(wire, 0, wire.length), wire.length);
  equal(parser.error, null);
  return events;
}

describe('encodeRequestHead', () => {
  test('Host comes first, the fields keep their order', () => {
    equal(
      encodeRequestHead(
        request([
          ['b', '1'],
          ['a', '2'],
          ['b', '3'],
        ]),
        'none',
      ),
      'GET /p HTTP/1.1\r\nhost: h\r\nb: 1\r\na: 2\r\nb: 3\r\n\r\n',
    );
  });

  test('a length stays at its place and appears once', () => {
    const fields = [
      ['a', '1'],
      ['content-length', '2'],
      ['b', '3'],
      ['content-length', '4'],
    ] as const;
    equal(
      encodeRequestHead(request(fields, 'POST'), 'length'),
      'POST /p HTTP/1.1\r\nhost: h\r\na: 1\r\ncontent-length: 2\r\nb: 3\r\n\r\n',
    );
  });

  test('chunked comes last and replaces what the map says of framing', () => {
    const fields = [
      ['content-length', '2'],
      ['transfer-encoding', 'gzip'],
      ['a', '1'],
    ] as const;
    equal(
      encodeRequestHead(request(fields, 'POST'), 'chunked'),
      'POST /p HTTP/1.1\r\nhost: h\r\na: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    );
  });

  test('an empty body is announced, none is not', () => {
    const fields = [['content-length', '7']] as const;
    equal(
      encodeRequestHead(request(fields, 'POST'), 'empty'),
      'POST /p HTTP/1.1\r\nhost: h\r\ncontent-length: 0\r\n\r\n',
    );
    equal(encodeRequestHead(request(fields), 'none'), 'GET /p HTTP/1.1\r\nhost: h\r\n\r\n');
  });

  test('CONNECT asks for the authority', () => {
    equal(
      encodeRequestHead(request([], 'CONNECT', '', 'a:1'), 'none'),
      'CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n',
    );
  });

  test('fields that would break the head are left out', () => {
    const fields = [
      ['a', '1\r\nx: y'],
      ['b', '2\n'],
      ['c', '\0'],
      ['d e', '3'],
      ['f:', '4'],
      ['', '5'],
      ['g', '6'],
    ] as const;
    equal(encodeRequestHead(request(fields), 'none'), 'GET /p HTTP/1.1\r\nhost: h\r\ng: 6\r\n\r\n');
  });

  test('a path stays in its place whatever a filter wrote into it', () => {
    equal(
      encodeRequestHead(request([], 'GET', '/a b\r\nx: y\u010a\u{1f600}'), 'none').split('\r\n')[0],
      'GET /a%20b%0D%0Ax:%20y%C4%8A%F0%9F%98%80 HTTP/1.1',
    );
  });

  test('an authority with a line break is not written', () => {
    equal(encodeRequestHead(request([], 'GET', '/', 'a\r\nb'), 'none'), 'GET / HTTP/1.1\r\nhost: \r\n\r\n');
  });

  test('a method that is no token is refused', () => {
    throws(() => encodeRequestHead(request([], 'GET /x'), 'none'), TypeError);
  });

  test('characters beyond U+00FF become their UTF-8 bytes, so that none turns into a line feed', () => {
    equal(
      encodeRequestHead(request([['a', '\u010a']]), 'none'),
      'GET /p HTTP/1.1\r\nhost: h\r\na: \xc4\x8a\r\n\r\n',
    );
  });

  test('proper case', () => {
    equal(
      encodeRequestHead(
        request([
          ['x-request-id', '1'],
          ['x_a-b2c', '2'],
        ]),
        'chunked',
        'proper',
      ),
      'GET /p HTTP/1.1\r\nHost: h\r\nX-Request-Id: 1\r\nX_A-B2c: 2\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
  });

  test('preserved case', () => {
    const { headers } = parse('GET / HTTP/1.1\r\nHost: h\r\nX-aBc: 1\r\n\r\n');
    headers?.add('x-new', '2');
    equal(
      headers === null ? '' : encodeRequestHead(headers, 'none'),
      'GET / HTTP/1.1\r\nHost: h\r\nX-aBc: 1\r\nx-new: 2\r\n\r\n',
    );
  });
});

describe('encodeResponseHead', () => {
  test('status lines carry Envoy’s phrases', () => {
    const line = (status: number, version?: number) =>
      encodeResponseHead(new ResponseHeaders(status), 'none', version);
    equal(line(200), 'HTTP/1.1 200 OK\r\n\r\n');
    equal(line(404, 10), 'HTTP/1.0 404 Not Found\r\n\r\n');
    equal(line(299), 'HTTP/1.1 299 Unknown\r\n\r\n');
  });

  test('a status that is none becomes 500', () => {
    equal(encodeResponseHead(new ResponseHeaders(0), 'none'), 'HTTP/1.1 500 Internal Server Error\r\n\r\n');
    equal(
      encodeResponseHead(new ResponseHeaders(1200), 'none'),
      'HTTP/1.1 500 Internal Server Error\r\n\r\n',
    );
  });

  test('a body that ends with the connection has no framing field', () => {
    const headers = new ResponseHeaders(200);
    headers.add('content-length', '5');
    equal(encodeResponseHead(headers, 'until-close', 10), 'HTTP/1.0 200 OK\r\n\r\n');
  });
});

const name = fc
  .stringMatching(/^[a-z!#$%&'*+.^`|~][a-z0-9-]{0,20}$/)
  .filter(
    (text) =>
      !['host', 'connection', 'te', 'upgrade', 'expect', 'proxy-connection', 'keep-alive'].includes(text),
  );
const value = fc.stringMatching(/^[\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/);
const fields = fc.array(fc.tuple(name, value), { maxLength: 30 });
const chunksOfBody = fc.array(fc.stringMatching(/^[\x00-\xff]{1,50}$/), { maxLength: 5 });

describe('what is encoded', () => {
  test('parses back to the same head, body and trailers', () => {
    fc.assert(
      fc.property(
        fields,
        fc.stringMatching(/^\/[\x21-\x7e]{0,30}$/),
        chunksOfBody,
        fields,
        (head, path, body, trailers) => {
          const map = new HeaderMap();
          for (const [key, text] of trailers) map.add(key, text);
          const framed = body.map((chunk) => `${encodeChunkLine(chunk.length)}${chunk}\r\n`).join('');
          const end = trailers.length === 0 ? lastChunk : `0\r\n${encodeTrailers(map)}\r\n`;
          const parsed = parse(encodeRequestHead(request(head, 'POST', path), 'chunked') + framed + end);
          equal(parsed.headers?.path, path);
          deepEqual(parsed.headers?.names, [...head.map(([key]) => key), 'transfer-encoding']);
          deepEqual(parsed.headers?.values, [...head.map(([, text]) => text), 'chunked']);
          equal(parsed.body, body.join(''));
          deepEqual(
            parsed.trailers?.values ?? [],
            trailers.map(([, text]) => text),
          );
          equal(parsed.isComplete, true);
        },
      ),
    );
  });

  test('responses parse back too', () => {
    fc.assert(
      fc.property(fields, fc.integer({ min: 200, max: 999 }), (head, status) => {
        const events = new Collector<ResponseHeaders>();
        const parser = new Http1ResponseParser(options, events);
        parser.expect('HEAD');
        const headers = new ResponseHeaders(status);
        for (const [key, text] of head) headers.add(key, text);
        const wire = Buffer.from(encodeResponseHead(headers, 'none'), 'latin1');
        parser.execute(wire, 0, wire.length);
        equal(parser.error, null);
        equal(events.headers?.status, status);
        deepEqual(events.headers?.values, headers.values);
      }),
    );
  });

  test('whatever filters set, the head has exactly the lines that were meant', () => {
    const wild = fc.string({
      unit: fc.constantFrom('a', '\r', '\n', '\0', ':', ' ', '\u010a', '\u560d', '\ud83d', 'é'),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(wild, wild)), wild, wild, (pairs, path, authority) => {
        const text = encodeRequestHead(request(pairs, 'GET', `/${path}`, authority), 'none');
        const wire = Buffer.from(text, 'latin1').latin1Slice();
        equal(wire, text);
        equal(wire.indexOf('\r\n\r\n'), wire.length - 4);
        equal(wire.replaceAll('\r\n', '').search(/[\r\n\0]/), -1);
        equal(wire.split('\r\n').length <= pairs.length + 4, true);
      }),
    );
  });
});
