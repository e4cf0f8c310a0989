import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Children } from '../../bench/process/children.js';
import { httpProbe, waitUntilServing } from '../../bench/process/wait-until-serving.js';
import { freePort } from '../../test/support/free-port.js';
import type { OriginKind } from '../contracts.js';
import { grpcMessage } from '../grpc-message.js';
import { commandOutput } from '../peers/find-command.js';
import { nginx, nginxFile } from '../peers/nginx.js';
import { http2Probe } from './http2-client.js';

/** Longer than any run: what a forgotten child may live. */
export const childLimitSeconds = 3600;

const smallBody = 'x'.repeat(64);

export interface Origins {
  readonly ports: Readonly<Partial<Record<OriginKind, number>>>;
  /** Said in the report. */
  readonly describe: string;
}

/** Starts what the proxies forward to, as far as the programs are here. */
export async function startOrigins(
  children: Children,
  folder: string,
  cpus: string | undefined,
): Promise<Origins> {
  const http1 = await startHttp1(children, folder, cpus);
  const http2 = await startHttp2(children, folder, cpus);
  const redis = await startRedis(children, cpus);
  const holding = await startHolding(children, cpus);
  const ports = {
    http1: http1.port,
    holding,
    ...(http2 !== undefined && { http2: http2.port }),
    ...(redis !== undefined && { redis }),
  };
  return { ports, describe: [http1.describe, ...(http2 ? [http2.describe] : [])].join(', ') };
}

/** nginx where there is one, else a Node server. */
async function startHttp1(
  children: Children,
  folder: string,
  cpus: string | undefined,
): Promise<{ port: number; describe: string }> {
  const port = await freePort();
  const home = join(folder, 'origin');
  mkdirSync(home, { recursive: true });
  const found = await nginx.find();
  const isNginx = 'version' in found;
  const command = isNginx ? nginxOrigin(home, port) : nodeOrigin(port);
  const child = children.start(command.command, command.args, { cpus, limitSeconds: childLimitSeconds });
  await waitUntilServing(child, 'the origin', httpProbe(`http://127.0.0.1:${port}/small`));
  return { port, describe: isNginx ? `nginx ${found.version}` : 'a Node server' };
}

/** nghttpd, which serves files and ends every answer with a trailer of gRPC's. */
async function startHttp2(
  children: Children,
  folder: string,
  cpus: string | undefined,
): Promise<{ port: number; describe: string } | undefined> {
  const version = await commandOutput('nghttpd', ['--version']);
  if (version === undefined) return undefined;
  const port = await freePort();
  const home = join(folder, 'http2-origin');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'small'), smallBody);
  writeFileSync(join(home, 'unary.grpc'), grpcMessage(smallBody));
  const types = join(folder, 'mime.types');
  writeFileSync(types, 'application/grpc grpc\n');
  const args = ['--no-tls', '--address=127.0.0.1', `--htdocs=${home}`, `--mime-types-file=${types}`];
  args.push('--max-concurrent-streams=1000', '--trailer=grpc-status: 0', String(port));
  const child = children.start('nghttpd', args, { cpus, limitSeconds: childLimitSeconds });
  await waitUntilServing(child, 'nghttpd', http2Probe(`http://127.0.0.1:${port}`, '/small'));
  return { port, describe: `nghttpd ${/nghttp2\/([\d.]+)/.exec(version)?.[1] ?? ''} for HTTP/2` };
}

async function startHolding(children: Children, cpus: string | undefined): Promise<number> {
  const port = await freePort();
  const script = fileURLToPath(new URL('../holding-origin.js', import.meta.url));
  const child = children.start(process.execPath, [script, String(port)], {
    cpus,
    limitSeconds: childLimitSeconds,
  });
  await waitUntilServing(child, 'the holding origin', http2Probe(`http://127.0.0.1:${port}`, '/small'));
  return port;
}

/** Starts a redis-server; answers its port where there is one. */
async function startRedis(children: Children, cpus: string | undefined): Promise<number | undefined> {
  if ((await commandOutput('redis-server', ['--version'])) === undefined) return undefined;
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--loglevel', 'warning'];
  children.start('redis-server', args, { cpus, limitSeconds: childLimitSeconds });
  return port;
}

function nginxOrigin(home: string, port: number): { command: string; args: readonly string[] } {
  writeFileSync(join(home, '100k'), Buffer.alloc(102_400, 'x'));
  writeFileSync(join(home, '1m'), Buffer.alloc(1_048_576, 'x'));
  const file = join(home, 'nginx.conf');
  const server = `  access_log off;
  sendfile on;
  open_file_cache max=10;
  default_type application/octet-stream;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    root ${home};
    location = /small { default_type text/plain; return 200 "${smallBody}"; }
  }`;
  writeFileSync(file, nginxFile(home, 1, server));
  const places = { port, adminPort: 0, originPort: 0, folder: home, workers: 1 };
  return nginx.start(file, places);
}

function nodeOrigin(port: number): { command: string; args: readonly string[] } {
  const script = fileURLToPath(new URL('../node-origin.js', import.meta.url));
  return { command: process.execPath, args: [script, String(port)] };
}
