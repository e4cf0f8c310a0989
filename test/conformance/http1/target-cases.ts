import { accepted, refused, type WireCase } from './wire-case.js';

function at(target: string, method = 'GET', host = 'Host: h\r\n'): string {
  return `${method} ${target} HTTP/1.1\r\n${host}\r\n`;
}

const url = '400 http1.invalid_url';
const malformed = '400 http1.codec_error';
const bad = '400 http1.codec_error';
const authority = '400 http.invalid_authority';

export const targetCases: readonly WireCase[] = [
  accepted('path and query', at('/a?b=c&d'), ['GET /a?b=c&d host=h', 'end']),
  accepted('every visible character in a path', at('/a"<>\\^`{|}~!$&\'()*+,;=:@[]'), [
    'GET /a"<>\\^`{|}~!$&\'()*+,;=:@[] host=h',
    'end',
  ]),
  accepted('a bad escape is not the codec’s business', at('/%zz'), ['GET /%zz host=h', 'end']),
  accepted('two slashes at the start are a path', at('//a/p'), ['GET //a/p host=h', 'end']),
  accepted('a fragment is left to the connection manager', at('/a#f'), ['GET /a#f host=h', 'end']),
  accepted('an absolute URL replaces Host', at('http://a/p?q'), ['GET /p?q host=a scheme=http', 'end']),
  accepted('an absolute URL without Host', at('http://a/p', 'GET', ''), ['GET /p host=a scheme=http', 'end']),
  accepted('an absolute URL without path', at('http://a'), ['GET / host=a scheme=http', 'end']),
  accepted('an absolute URL with a query alone', at('http://a?q'), ['GET ?q host=a scheme=http', 'end']),
  accepted('a scheme in capitals', at('HTTP://a/p'), ['GET /p host=a scheme=http', 'end']),
  accepted('https over plain text', at('https://a/p'), ['GET /p host=a scheme=https', 'end']),
  accepted('userinfo is dropped', at('http://u:p@a/p'), ['GET /p host=a scheme=http', 'end']),
  accepted('a port stays', at('http://a:8080/p'), ['GET /p host=a:8080 scheme=http', 'end']),
  accepted('an IPv6 address with port', at('http://[::1]:80/p'), ['GET /p host=[::1]:80 scheme=http', 'end']),
  accepted('OPTIONS for the server', at('*', 'OPTIONS'), ['OPTIONS * host=h', 'end']),
  accepted('OPTIONS with an absolute URL', at('http://a', 'OPTIONS'), [
    'OPTIONS / host=a scheme=http',
    'end',
  ]),
  accepted('absolute URLs switched off', at('http://a/p'), ['GET http://a/p host=h', 'end'], {
    options: { allowAbsoluteUrl: false },
  }),
  accepted('CONNECT', `${at('h:80', 'CONNECT')}raw\r\n`, ['CONNECT  host=h:80 tunnel', 'tunnel=raw\r\n']),
  accepted('CONNECT without Host', at('h:80', 'CONNECT', ''), ['CONNECT  host=h:80 tunnel']),
  accepted('CONNECT to an IPv6 address', at('[::1]:80', 'CONNECT'), ['CONNECT  host=[::1]:80 tunnel']),
  accepted('CONNECT with content-length 0', at('h:80', 'CONNECT', 'Content-Length: 0\r\n'), [
    'CONNECT  host=h:80 tunnel',
  ]),
  refused('CONNECT without port', at('h', 'CONNECT'), url),
  refused('CONNECT with an empty port', at('h:', 'CONNECT'), url),
  refused('CONNECT with a port too high', at('h:65536', 'CONNECT'), url),
  refused('CONNECT with a path', at('h:80/x', 'CONNECT'), url),
  refused('CONNECT with a path alone', at('/x', 'CONNECT'), url),
  refused('CONNECT with userinfo', at('u@h:80', 'CONNECT'), url),
  refused('CONNECT with a URL', at('http://h:80/', 'CONNECT'), url),
  refused('CONNECT with half an IPv6 address', at('[::1', 'CONNECT'), url),
  refused(
    'CONNECT with a content-length',
    at('h:80', 'CONNECT', 'Content-Length: 5\r\n'),
    '400 http1.body_disallowed',
  ),
  refused(
    'CONNECT in chunks',
    at('h:80', 'CONNECT', 'Transfer-Encoding: chunked\r\n'),
    '501 http1.invalid_transfer_encoding',
  ),
  refused('an asterisk for another method', at('*'), url),
  refused('a relative path', at('x'), malformed),
  refused('a query alone', at('?q'), malformed),
  refused('a host alone', at('a:80'), malformed),
  refused('a URL with one slash', at('http:/a'), malformed),
  refused('a URL without host', at('http:///p'), url),
  refused('a URL with userinfo alone', at('http://u:p@/'), url),
  refused('a URL with two userinfos', at('http://u@v@a/'), url),
  refused('a URL with a bad port', at('http://a:b/p'), url),
  refused('a URL with an empty port', at('http://a:/p'), url),
  refused('a URL with a port too high', at('http://a:99999/'), url),
  refused('a URL with a backslash in the host', at('http://a\\b/p'), url),
  refused('a URL with an underscore in the host', at('http://a_b/p'), url),
  refused('a URL with an escape in the host', at('http://a%41/p'), url),
  refused('a URL with an unbracketed IPv6 address', at('http://::1/'), url),
  refused('a URL with junk behind the brackets', at('http://[::1]x/'), url),
  refused('a URL with a fragment alone', at('http://a#f'), url),
  refused('another scheme', at('ftp://a/p'), '400 http1.invalid_scheme'),
  refused('a WebSocket scheme', at('ws://a/'), '400 http1.invalid_scheme'),
  refused('a space in the path', at('/a b'), bad),
  refused('a tab in the path', at('/a\tb'), bad),
  refused('a control character in the path', at('/a\x01'), '400 http1.invalid_characters'),
  refused('DEL in the path', at('/a\x7f'), '400 http1.invalid_characters'),
  refused('a byte beyond ASCII in the path', at('/a\xe9'), bad),
  accepted('no Host at all is left to the connection manager', at('/', 'GET', ''), ['GET / host=', 'end']),
  accepted('an empty Host', at('/', 'GET', 'Host:\r\n'), ['GET / host=', 'end']),
  accepted('two Hosts are joined', at('/', 'GET', 'Host: a\r\nHost: b\r\n'), ['GET / host=a,b', 'end']),
  accepted('an empty Host beside another', at('/', 'GET', 'Host: \r\nHost: b\r\n'), ['GET / host=b', 'end']),
  accepted('capitals in Host', at('/', 'GET', 'HOST: A.Com\r\n'), ['GET / host=A.Com', 'end']),
  accepted('a strange port in Host', at('/', 'GET', 'Host: a:99999\r\n'), ['GET / host=a:99999', 'end']),
  refused('a space in Host', at('/', 'GET', 'Host: a b\r\n'), authority),
  refused('a path in Host', at('/', 'GET', 'Host: a/b\r\n'), authority),
  refused('a URL in Host', at('/', 'GET', 'Host: http://a\r\n'), authority),
  refused('a fragment in Host', at('/', 'GET', 'Host: a#\r\n'), authority),
  refused('a query in Host', at('/', 'GET', 'Host: a?\r\n'), authority),
  refused('a backslash in Host', at('/', 'GET', 'Host: a\\b\r\n'), authority),
  refused('a byte beyond ASCII in Host', at('/', 'GET', 'Host: \xe9\r\n'), authority),
  refused('a CR in Host', at('/', 'GET', 'Host: a\rb\r\n'), '400 http1.invalid_characters', {
    stricter: 'who routes by it must not see another name',
  }),
];
