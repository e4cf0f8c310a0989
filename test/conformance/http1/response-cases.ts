import { response, responseTo, type WireCase } from './wire-case.js';

const bad = '! 0 http1.codec_error';
const ok = ['200', '  content-length: 2', 'body=ok', 'end'];
const sized = 'Content-Length: 2\r\n\r\nok';
const laxer = { stricter: 'llhttp refuses it' };

function status(line: string): string {
  return `${line}\r\n${sized}`;
}

function refusedStatus(name: string, line: string, extra: { stricter?: string } = {}): WireCase {
  return response(name, status(line), [bad], extra);
}

export const responseCases: readonly WireCase[] = [
  response('a response with a length', status('HTTP/1.1 200 OK'), ok),
  response('no reason phrase', status('HTTP/1.1 200'), ok),
  response('an empty reason phrase', status('HTTP/1.1 200 '), ok),
  response('tabs and bytes beyond ASCII in the phrase', status('HTTP/1.1 200 O\tK\xe9'), ok),
  response('a status nobody knows', status('HTTP/1.1 999 X'), [
    '999',
    '  content-length: 2',
    'body=ok',
    'end',
  ]),
  response('HTTP/1.0 ends with the connection', 'HTTP/1.0 200 OK\r\n\r\nok', [
    '200 1.0 close',
    'body=ok',
    'end',
  ]),
  response('HTTP/1.0 with keep-alive and length', `HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n${sized}`, [
    '200 1.0',
    '  connection: keep-alive',
    '  content-length: 2',
    'body=ok',
    'end',
  ]),
  response(
    'HTTP/1.0 in chunks',
    'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    ['200 1.0 close', '  transfer-encoding: chunked', 'body=ok', 'end'],
  ),
  response('HTTP/1.1 without length ends with the connection', 'HTTP/1.1 200 OK\r\n\r\nok', [
    '200 close',
    'body=ok',
    'end',
  ]),
  response('a length of nothing', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', [
    '200',
    '  content-length: 0',
    'end',
  ]),
  response('a close of the origin', `HTTP/1.1 200 OK\r\nConnection: close\r\n${sized}`, [
    '200 close',
    '  connection: close',
    '  content-length: 2',
    'body=ok',
    'end',
  ]),
  response('nominated fields stay in responses', `HTTP/1.1 200 OK\r\nConnection: x-a\r\nX-A: 1\r\n${sized}`, [
    '200',
    '  connection: x-a',
    '  x-a: 1',
    '  content-length: 2',
    'body=ok',
    'end',
  ]),
  response('Host in a response is a field like others', `HTTP/1.1 200 OK\r\nHost: x\r\n${sized}`, [
    '200',
    '  host: x',
    '  content-length: 2',
    'body=ok',
    'end',
  ]),
  response('a CR inside a value is deleted', `HTTP/1.1 200 OK\r\nA: b\rc\r\n${sized}`, [
    '200',
    '  a: bc',
    '  content-length: 2',
    'body=ok',
    'end',
  ]),
  refusedStatus('two spaces before the status', 'HTTP/1.1  200 OK', laxer),
  refusedStatus('a tab before the phrase', 'HTTP/1.1 200\tOK', laxer),
  refusedStatus('a status of two digits', 'HTTP/1.1 20 OK'),
  refusedStatus('a status of four digits', 'HTTP/1.1 2000 OK', laxer),
  refusedStatus('a status below 100', 'HTTP/1.1 099 OK'),
  refusedStatus('no space behind the status', 'HTTP/1.1 200OK'),
  refusedStatus('a control character in the phrase', 'HTTP/1.1 200 O\x01K'),
  refusedStatus('a CR in the phrase', 'HTTP/1.1 200 O\rK', laxer),
  refusedStatus('HTTP/1.2', 'HTTP/1.2 200 OK', laxer),
  refusedStatus('HTTP/2.0', 'HTTP/2.0 200 OK', { stricter: 'no such thing in this framing' }),
  refusedStatus('lower case', 'http/1.1 200 OK'),
  refusedStatus('another protocol', 'ICY 200 OK'),
  refusedStatus('empty lines before the response', '\r\nHTTP/1.1 200 OK'),
  response('a bare LF', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok', [bad], {
    stricter: 'RFC 9112 2.2 lets us',
  }),
  response('line folding', `HTTP/1.1 200 OK\r\nA: b\r\n c\r\n${sized}`, [bad], {
    stricter: 'RFC 9112 5.2 lets us',
  }),
  response('a space before the colon', `HTTP/1.1 200 OK\r\nA : b\r\n${sized}`, ['! 0 http1.codec_error']),
  response('two equal lengths', `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${sized}`, [bad]),
  response('two different lengths', `HTTP/1.1 200 OK\r\nContent-Length: 3\r\n${sized}`, [bad]),
  response('a list of lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok', [bad]),
  response('chunked and a length', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n${sized}`, [
    '! 0 http1.content_length_and_chunked_not_allowed',
  ]),
  response(
    'chunked and a length when so told',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n',
    ['200', '  transfer-encoding: chunked', 'end'],
    { options: { allowChunkedLength: true } },
  ),
  response('gzip', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok', [
    '! 0 http1.invalid_transfer_encoding',
  ]),
  response('gzip, chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n', [
    '! 0 http1.invalid_transfer_encoding',
  ]),
  response('identity', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nok', [
    '! 0 http1.invalid_transfer_encoding',
  ]),
  response('an empty coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\nok', [
    '! 0 http1.invalid_transfer_encoding',
  ]),
  response(
    'chunked twice',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ['! 0 http1.invalid_transfer_encoding'],
  ),
  response(
    'chunked with trailers',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n\r\n',
    ['200', '  transfer-encoding: chunked', 'body=ok', 'trailer a: b', 'end'],
    { options: { enableTrailers: true } },
  ),
  response('204 with a length', status('HTTP/1.1 204 No Content'), ['! 0 http1.content_length_not_allowed']),
  response('204 with a length of nothing', 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n', [
    '204',
    'end',
  ]),
  response('204 in chunks', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', [
    '! 0 http1.transfer_encoding_not_allowed',
  ]),
  response('204 alone', 'HTTP/1.1 204 No Content\r\n\r\n', ['204', 'end']),
  response('304 keeps its length and has no body', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n', [
    '304',
    '  content-length: 2',
    'end',
  ]),
  response('304 in chunks has no body', 'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n', [
    '304',
    '  transfer-encoding: chunked',
    'end',
  ]),
  response('205 with a body', status('HTTP/1.1 205 Reset Content'), [
    '205',
    '  content-length: 2',
    'body=ok',
    'end',
  ]),
  response('100 before the response', `HTTP/1.1 100 Continue\r\n\r\n${status('HTTP/1.1 200 OK')}`, [
    '100 informational',
    ...ok,
  ]),
  response(
    '103 twice before the response',
    `${'HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n'.repeat(2)}${status('HTTP/1.1 200 OK')}`,
    ['103 informational', '  link: a', '103 informational', '  link: a', ...ok],
  ),
  response('100 with a length', 'HTTP/1.1 100 Continue\r\nContent-Length: 2\r\n\r\n', [
    '! 0 http1.content_length_not_allowed',
  ]),
  response(
    '100 with a length of nothing',
    `HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n${status('HTTP/1.1 200 OK')}`,
    ['100 informational', ...ok],
  ),
  response('100 in chunks', 'HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n', [
    '! 0 http1.transfer_encoding_not_allowed',
  ]),
  response('100 and then nothing', 'HTTP/1.1 100 Continue\r\n\r\n', ['100 informational']),
  response('100 and then half a head', 'HTTP/1.1 100 Continue\r\n\r\nHTTP', [
    '100 informational',
    '! cut head',
  ]),
  response(
    '101',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: WebSocket\r\n\r\nraw',
    ['101 upgrade=websocket tunnel', '  connection: upgrade', '  upgrade: WebSocket', 'tunnel=raw'],
  ),
  response('101 with a length', 'HTTP/1.1 101 Switching Protocols\r\nContent-Length: 3\r\n\r\nraw', [
    '! 0 http1.content_length_not_allowed',
  ]),
  response(
    'an upgrade in a 200 changes nothing',
    `HTTP/1.1 200 OK\r\nConnection: upgrade\r\nUpgrade: h2c\r\n${sized}`,
    ['200 upgrade=h2c', '  connection: upgrade', '  upgrade: h2c', '  content-length: 2', 'body=ok', 'end'],
  ),
  responseTo(
    ['HEAD'],
    'HEAD has no body whatever the length',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n',
    ['200', '  content-length: 2', 'end'],
  ),
  responseTo(
    ['HEAD'],
    'HEAD has no body in chunks',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    ['200', '  transfer-encoding: chunked', 'end'],
  ),
  responseTo(['HEAD'], 'HEAD does not wait for the end of file', 'HTTP/1.1 200 OK\r\n\r\n', ['200', 'end']),
  responseTo(
    ['HEAD'],
    'a body in answer to HEAD is nobody’s',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    ['200', '  content-length: 2', 'end', bad],
  ),
  responseTo(['CONNECT'], '200 to CONNECT opens the tunnel', 'HTTP/1.1 200 OK\r\n\r\nraw', [
    '200 tunnel',
    'tunnel=raw',
  ]),
  responseTo(
    ['CONNECT'],
    '200 to CONNECT ignores a length',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nraw',
    ['200 tunnel', '  content-length: 2', 'tunnel=raw'],
  ),
  responseTo(['CONNECT'], '403 to CONNECT is a response', status('HTTP/1.1 403 Forbidden'), [
    '403',
    '  content-length: 2',
    'body=ok',
    'end',
  ]),
  responseTo(['GET', 'GET'], 'two responses to two requests', status('HTTP/1.1 200 OK').repeat(2), [
    ...ok,
    ...ok,
  ]),
  responseTo(['GET'], 'a response nobody asked for', status('HTTP/1.1 200 OK').repeat(2), [...ok, bad]),
  response('end of file in the head', 'HTTP/1.1 200 OK\r\nContent-Le', ['! cut head']),
  response('end of file in the first word', 'H', ['! cut head']),
  response('end of file in a body with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok', [
    '200',
    '  content-length: 5',
    'body=ok',
    '! cut body',
  ]),
  response('end of file in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n', [
    '200',
    '  transfer-encoding: chunked',
    'body=ok',
    '! cut body',
  ]),
  response('nothing at all', '', []),
];
