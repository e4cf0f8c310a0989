import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configs, Load, Row } from '../contracts.js';
import { grpcMessage } from '../grpc-message.js';
import { h2load } from '../load-h2load.js';
import { envoyHttp } from '../peers/envoy-yaml.js';
import { haproxyHttp } from '../peers/haproxy.js';
import { nghttpxHttp } from '../peers/nghttpx.js';

/** HTTP/2 on both sides; nginx speaks HTTP/1 to its origins. */
const bothSides: Configs = {
  sluice: envoyHttp({ http2Origin: true }),
  envoy: envoyHttp({ http2Origin: true }),
  haproxy: haproxyHttp({ http2Origin: true }),
  nghttpx: nghttpxHttp({ http2Origin: true }),
};
const goals = { envoy: 0.4, haproxy: 1.2, nghttpx: 1.2 };
const small = (connections: number, streams: number): Load =>
  h2load({ connections, streams, path: '/small', origin: 'http2' });
const held = h2load({ connections: 16, streams: 10, path: '/small', origin: 'holding' });

/** A unary call: one message each way, trailers at the end. */
function unary(): Load {
  const options = { connections: 16, streams: 10, path: '/unary.grpc', origin: 'http2' } as const;
  const headers = ['content-type: application/grpc', 'te: trailers'];
  const load = h2load({ ...options, headers, bodyFile: questionFile });
  return { ...load, describe: `A unary gRPC call of 64 B each way, ${load.describe}` };
}

let question: string | undefined;

/** h2load reads the body it sends from a file; written when the first window wants it. */
function questionFile(): string {
  if (question === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'native-bench-grpc-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    question = join(folder, 'question');
    writeFileSync(question, grpcMessage('x'.repeat(64)));
  }
  return question;
}

/** Every row of HTTP/2 towards HTTP/2, with the goals of the design. */
export const http2UpstreamRows: readonly Row[] = [
  {
    kind: 'cpu',
    name: 'http2-http2-10-streams',
    title: 'HTTP/2 to HTTP/2, 10 streams a connection',
    load: small(16, 10),
    configs: bothSides,
    goals,
  },
  {
    kind: 'cpu',
    name: 'http2-http2-1-stream',
    title: 'HTTP/2 to HTTP/2, one stream a connection',
    load: small(64, 1),
    configs: bothSides,
    goals,
  },
  { kind: 'cpu', name: 'grpc-unary', title: 'gRPC, unary calls', load: unary(), configs: bothSides, goals },
  {
    kind: 'memory',
    name: 'http2-idle-memory',
    title: 'Memory of an idle HTTP/2 connection',
    opens: 'http2-connections',
    count: 5000,
    path: '/small',
    load: held,
    configs: bothSides,
    goals: { envoy: 1 },
  },
  {
    kind: 'memory',
    name: 'http2-stream-memory',
    title: 'Memory of an open HTTP/2 stream',
    opens: 'http2-streams',
    count: 5000,
    path: '/hold',
    load: held,
    configs: bothSides,
    goals: { envoy: 1 },
  },
];
