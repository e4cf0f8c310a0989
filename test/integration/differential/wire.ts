/** A message as the tests read it off the wire, by rules of their own: the project's codec is what is being judged. */
export interface WireMessage {
  /** Start line and field lines with their line ends, without the empty line. */
  readonly head: string;
  readonly startLine: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly framing: 'none' | 'length' | 'chunked' | 'close' | 'tunnel';
  readonly body: string;
  readonly trailers: string;
  readonly isComplete: boolean;
}

interface Body {
  readonly framing: WireMessage['framing'];
  readonly body: string;
  readonly trailers: string;
  readonly end: number;
  readonly isComplete: boolean;
}

/**
 * Every message in `text`, the last one perhaps incomplete. `methods` are those of the requests that responses answer,
 * in order; undefined reads requests.
 */
export function readMessages(text: string, methods?: readonly string[]): WireMessage[] {
  const messages: WireMessage[] = [];
  let at = 0;
  let answered = 0;
  while (at < text.length) {
    const headEnd = text.indexOf('\r\n\r\n', at);
    if (headEnd < 0) break;
    const head = text.slice(at, headEnd + 2);
    const [startLine = '', ...lines] = head.split('\r\n').slice(0, -1);
    const fields = lines.map(splitField);
    const method = methods === undefined ? undefined : (methods[answered] ?? 'GET');
    const body = readBody(text, headEnd + 4, startLine, fields, method);
    if (method !== undefined && !/^HTTP\/1\.\d 1\d\d/.test(startLine)) answered++;
    messages.push({ head, startLine, fields, ...body });
    at = body.end;
  }
  return messages;
}

function splitField(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
}

function readBody(
  text: string,
  from: number,
  startLine: string,
  fields: WireMessage['fields'],
  method: string | undefined,
): Body {
  const none: Body = { framing: 'none', body: '', trailers: '', end: from, isComplete: true };
  const status = method === undefined ? 0 : Number(startLine.split(' ')[1]);
  const upgrades = method === undefined && fields.some(([name]) => name.toLowerCase() === 'upgrade');
  const tunnels = status === 101 || (method === 'CONNECT' && status >= 200 && status < 300);
  if (tunnels || upgrades || startLine.startsWith('CONNECT ')) return toTheEnd(text, from, 'tunnel');
  if (method === 'HEAD' || (status > 0 && status < 200) || status === 204 || status === 304) return none;
  const value = (wanted: string) => fields.find(([name]) => name.toLowerCase() === wanted)?.[1];
  if (value('transfer-encoding') !== undefined) return readChunks(text, from);
  const length = value('content-length');
  if (length === undefined) return method === undefined ? none : toTheEnd(text, from, 'close');
  const end = Math.min(text.length, from + Number(length));
  const isComplete = end - from === Number(length);
  return { framing: 'length', body: text.slice(from, end), trailers: '', end, isComplete };
}

function toTheEnd(text: string, from: number, framing: 'close' | 'tunnel'): Body {
  return { framing, body: text.slice(from), trailers: '', end: text.length, isComplete: false };
}

function readChunks(text: string, from: number): Body {
  let body = '';
  let at = from;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(text.slice(at, lineEnd), 16);
    if (Number.isNaN(size)) break;
    if (size === 0) {
      const end = text.startsWith('\r\n', lineEnd + 2)
        ? lineEnd + 2
        : text.indexOf('\r\n\r\n', lineEnd + 2) + 2;
      if (end < lineEnd + 2) break;
      if (text.length < end + 2) break;
      return {
        framing: 'chunked',
        body,
        trailers: text.slice(lineEnd + 2, end),
        end: end + 2,
        isComplete: true,
      };
    }
    if (text.length < lineEnd + 2 + size + 2) {
      body += text.slice(lineEnd + 2, lineEnd + 2 + size);
      break;
    }
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 4 + size;
  }
  return { framing: 'chunked', body, trailers: '', end: text.length, isComplete: false };
}
