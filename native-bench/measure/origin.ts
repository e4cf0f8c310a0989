import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Children } from '../../bench/process/children.js';
import { freePort } from '../../bench/process/free-port.js';
import { httpProbe, waitUntilServing } from '../../bench/process/wait-until-serving.js';
import { commandOutput } from '../peers/find-command.js';
import { nginx, nginxFile } from '../peers/nginx.js';

/** Longer than any run: what a forgotten child may live. */
export const childLimitSeconds = 3600;

const smallBody = 'x'.repeat(64);

/** Starts what all proxies forward to: nginx where there is one, else a Node server; answers its port. */
export async function startOrigin(
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

/** Starts a redis-server; answers its port, 0 where there is none. */
export async function startRedis(children: Children, cpus: string | undefined): Promise<number> {
  if ((await commandOutput('redis-server', ['--version'])) === undefined) return 0;
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
