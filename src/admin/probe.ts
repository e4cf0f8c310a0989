import type { Probe } from '../api/explain.js';
import { parseIp } from '../base/cidr.js';

/** A probe as it is written on a command line or in a query. */
export interface ProbeText {
  /** `GET https://host/path`, a URL alone, or `tcp://host:port`. */
  readonly request: string;
  /** `name: value`. */
  readonly headers: readonly string[];
  readonly listener: string;
  /** `IP` or `IP:port`. */
  readonly source: string;
  readonly destination: string;
  readonly sni: string;
  /** With commas between. */
  readonly alpn: string;
  readonly isHttp2: boolean;
  readonly random: string;
}

/** Reads a probe; a text is what is wrong with it. */
export function parseProbe(text: ProbeText): Probe | string {
  const found = /^(?:([A-Za-z-]+)\s+)?(?:(https?|tcp):\/\/([^/?#\s]+))([^\s#]*)\s*$/i.exec(
    text.request.trim(),
  );
  if (found === null)
    return `'${text.request}' is no request: write 'GET https://host/path', or 'tcp://host:port' for a TCP connection`;
  const [, method = 'GET', scheme = '', authority = '', rest = ''] = found;
  const source = parseEnd(text.source, '127.0.0.1', 40_000);
  const destination = parseEnd(text.destination, '', 0);
  const headers = parseHeaders(text.headers);
  const random = text.random === '' ? null : Number(text.random);
  if (typeof source === 'string') return source;
  if (typeof destination === 'string') return destination;
  if (typeof headers === 'string') return headers;
  if (random !== null && !(Number.isSafeInteger(random) && random >= 0))
    return `'${text.random}' is no random number: a whole one from 0 is`;
  const kind = scheme.toLowerCase() === 'tcp' ? 'tcp' : 'http';
  const isTls = scheme.toLowerCase() === 'https' || (kind === 'tcp' && text.sni !== '');
  const alpn = text.alpn === '' ? [] : text.alpn.split(',');
  return {
    kind,
    method: method.toUpperCase(),
    scheme: isTls ? 'https' : 'http',
    authority: hostHeader(headers) ?? authority,
    path: rest.startsWith('/') ? rest : `/${rest}`,
    headers: headers.filter(([name]) => name !== 'host'),
    isHttp2: text.isHttp2,
    listener: text.listener,
    sourceIp: source.ip,
    sourcePort: source.port,
    destinationIp: destination.ip,
    destinationPort: destination.port || portOf(kind, authority),
    serverName: text.sni || (isTls ? withoutPort(authority) : ''),
    applicationProtocols:
      alpn.length > 0 || !isTls || kind === 'tcp' ? alpn : [text.isHttp2 ? 'h2' : 'http/1.1'],
    isTls,
    random,
  };
}

/** A TCP connection goes to the port of its URL; where a request goes depends on who is in between. */
function portOf(kind: Probe['kind'], authority: string): number {
  const found = kind === 'tcp' ? /:(\d{1,5})$/.exec(authority) : null;
  return found === null ? 0 : Number(found[1]);
}

function hostHeader(headers: Probe['headers']): string | undefined {
  return headers.find(([name]) => name === 'host')?.[1];
}

function withoutPort(authority: string): string {
  return authority.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

function parseHeaders(lines: readonly string[]): Probe['headers'] | string {
  const headers: (readonly [string, string])[] = [];
  for (const line of lines) {
    const found = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/.exec(line);
    if (found === null) return `'${line}' is no header: write 'name: value'`;
    const [, name = '', value = ''] = found;
    headers.push([name.toLowerCase(), value.trim()]);
  }
  return headers;
}

function parseEnd(text: string, ip: string, port: number): { ip: string; port: number } | string {
  if (text === '') return { ip, port };
  if (parseIp(text) !== null) return { ip: text, port };
  const found = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const address = found?.[1] ?? found?.[2] ?? '';
  if (parseIp(address) === null) return `'${text}' is no address: write 10.0.0.1 or 10.0.0.1:80`;
  return { ip: address, port: Number(found?.[3]) };
}
