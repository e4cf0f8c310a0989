import { authorityOf, type Cell, type Front, type Listener, type Peer, type Scenario } from '../cells.js';
import { summary } from '../origins.js';
import { missing, printed } from './programs.js';

/** Ends what one transfer prints. */
const marker = '\n@@@ ';

interface Transfer {
  readonly status: string;
  /** curl's own verdict. */
  readonly exit: string;
  readonly heads: string;
  readonly body: Buffer;
  readonly trailers: string;
}

interface Way {
  readonly listener: Listener;
  readonly version: string;
  readonly flags: readonly string[];
}

const overHttp2 = {
  'early answer': 'curl of this age drops an answer that comes in one read with the reset behind it',
  CONNECT: 'curl of this age speaks HTTP/1.1 to proxies',
};
const noSocket = 'curl of this age has no WebSocket';

/** What curl is told for a scenario besides what it is always told. */
function options(scenario: Scenario, way: Way, front: Front, cell: Cell): readonly string[] {
  const scheme = way.listener === 'tls' ? 'https' : 'http';
  const port = front.port(way.listener);
  // A host for each exchange: curl of this age fails when it uses a connection of HTTP/2 without TLS again.
  const host = `${scenario.replaceAll(' ', '-')}.${cell.upstream}.test`;
  const url = (path: string): string => `${scheme}://${host}:${port}/${cell.upstream}/${path}`;
  const upload = ['--data-binary', `@${front.bodyFile}`];
  switch (scenario) {
    case 'GET':
      return [url('hello')];
    case 'HEAD':
      return ['-I', url('hello')];
    case 'upload':
      return [...upload, '-H', 'expect:', url('sum')];
    case 'both ways at once':
      return [...upload, '-H', 'expect:', url('echo')];
    case 'trailers':
      return ['--data-binary', 'body', url('trailers')];
    case '100-continue':
      return ['--data-binary', 'body', '-H', 'expect: 100-continue', url('sum')];
    case 'early answer':
      return [...upload, '-H', 'expect:', url('early')];
    case 'reset by the client':
      return ['--max-filesize', '10', url(hanging(way))];
    case 'reset before the answer':
      return [url('reset')];
    case 'reset within the answer':
      return [url('cut')];
    default:
      return [
        '--proxy',
        `${scheme}://127.0.0.1:${port}`,
        '--proxy-insecure',
        '--proxytunnel',
        `http://${authorityOf(`/${cell.upstream}`)}/`,
      ];
  }
}

function hanging(way: Way): string {
  return `curl-${way.version.replace('/', '')}-${way.listener}/hang`;
}

/** All transfers of one process, one after the other. */
async function transfers(way: Way, front: Front, cells: readonly Cell[]): Promise<Transfer[]> {
  const told = ['-w', `${marker}%{exitcode} %{http_code}\n`];
  const common = ['-sS', '-k', '--max-time', '100', '-o', '-', ...told];
  const args = cells.flatMap((cell, i) => [
    ...(i === 0 ? [] : ['--next']),
    ...common,
    ...(cell.scenario === 'HEAD' ? [] : ['-D', '-']),
    ...(cell.scenario === 'CONNECT' ? [] : ['--connect-to', `::127.0.0.1:${front.port(way.listener)}`]),
    ...way.flags,
    ...options(cell.scenario, way, front, cell),
  ]);
  return split(await printed('curl', args));
}

function split(output: Buffer): Transfer[] {
  const found: Transfer[] = [];
  let at = 0;
  for (;;) {
    const end = output.indexOf(marker, at);
    if (end < 0) return found;
    const lineEnd = output.indexOf('\n', end + marker.length);
    const [exit = '', status = ''] = output.toString('latin1', end + marker.length, lineEnd).split(' ');
    found.push({ exit, status, ...pieces(output.subarray(at, end)) });
    at = lineEnd + 1;
  }
}

/** Heads, body and trailers of what one transfer printed. */
function pieces(text: Buffer): Pick<Transfer, 'heads' | 'body' | 'trailers'> {
  let at = 0;
  while (text.toString('latin1', at, at + 5) === 'HTTP/') at = text.indexOf('\r\n\r\n', at) + 4;
  const trailersAt = text.toString('latin1', at).search(/x-(?:sum|seen): [^\r]*\r\n/i);
  const bodyEnd = trailersAt < 0 ? text.length : at + trailersAt;
  return {
    heads: text.toString('latin1', 0, at),
    body: text.subarray(at, bodyEnd),
    trailers: text.toString('latin1', bodyEnd),
  };
}

function field(text: string, name: string): string {
  return new RegExp(`^${name}: (.*)\r$`, 'im').exec(text)?.[1] ?? 'none';
}

async function outcome(
  scenario: Scenario,
  way: Way,
  front: Front,
  cell: Cell,
  it: Transfer,
): Promise<string> {
  const { status, body, heads, exit, trailers } = it;
  switch (scenario) {
    case 'HEAD':
      return `${status}, length ${field(heads, 'content-length')}, ${body.length} bytes`;
    case 'both ways at once':
      return body.equals(front.body)
        ? summary(body).replace(/\w+$/, field(trailers, 'x-sum'))
        : 'another body';
    case 'trailers':
      return `${body} ${field(trailers, 'x-sum')}, sent ${field(trailers, 'x-seen')}`;
    case '100-continue':
      return `${/^HTTP\/\S+ 100/.test(heads) ? '100, ' : ''}${status} ${body}`;
    case 'reset by the client':
      if (exit !== '63') return `ended with ${exit}`;
      await front.ended(`/${cell.upstream}/${hanging(way)}`);
      return 'the origin saw it';
    case 'reset before the answer':
      return status;
    case 'reset within the answer':
      // Where head and reset come in one read, curl shows no head.
      return exit === '0' ? 'no error' : '200 and cut off';
    case 'CONNECT':
      return `${/^HTTP\/1.1 (\d+)/.exec(heads)?.[1]}, then ${status} ${body}`;
    default:
      return exit === '0' ? `${status} ${body}` : `${status} ${body}, ended with ${exit}`;
  }
}

async function play(way: Way, front: Front, cells: readonly Cell[]): Promise<string[]> {
  const seen = await transfers(way, front, cells);
  return Promise.all(
    cells.map((cell, i) => {
      const it = seen[i];
      return it === undefined ? 'not played' : outcome(cell.scenario, way, front, cell, it);
    }),
  );
}

const ways: readonly (Way & { readonly without: Peer['without'] })[] = [
  { listener: 'h1', version: 'HTTP/1.1', flags: ['--http1.1'], without: {} },
  { listener: 'tls', version: 'HTTP/1.1', flags: ['--http1.1'], without: {} },
  {
    listener: 'h2c',
    version: 'HTTP/2',
    flags: ['--http2-prior-knowledge'],
    without: overHttp2,
  },
  {
    listener: 'tls',
    version: 'HTTP/2',
    flags: ['--http2'],
    without: overHttp2,
  },
];

export function curlPeers(): readonly Peer[] {
  const reason = missing('curl');
  return ways.map(({ without, ...way }) => ({
    client: `curl (${way.version})`,
    listener: way.listener,
    missing: reason,
    without: { WebSocket: noSocket, ...without },
    play: (front, cells) => play(way, front, cells),
  }));
}
