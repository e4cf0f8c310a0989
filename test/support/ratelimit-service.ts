import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort } from './free-port.js';

/** `RATELIMIT_BINARY`, or `ratelimit` on the path: what `go install` makes of github.com/envoyproxy/ratelimit. */
const binary =
  process.env['RATELIMIT_BINARY'] ??
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'ratelimit'))
    .find((path) => existsSync(path));

/** Why tests against the rate limit service are skipped; false when it is here. */
export const withoutRateLimit: string | false =
  binary === undefined ? 'no rate limit service (RATELIMIT_BINARY or ratelimit on the path)' : false;

/** Starts it before that Redis, with a file of descriptors for each domain; answers its gRPC port. It ends with the test. */
export async function startRateLimit(
  t: TestContext,
  redisPort: number,
  domains: { readonly [file: string]: string },
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'ratelimit-'));
  const files = join(folder, 'ratelimit', 'config');
  mkdirSync(files, { recursive: true });
  for (const [name, text] of Object.entries(domains)) writeFileSync(join(files, `${name}.yaml`), text);
  const port = await freePort();
  const env = {
    REDIS_SOCKET_TYPE: 'tcp',
    REDIS_URL: `127.0.0.1:${redisPort}`,
    RUNTIME_ROOT: folder,
    RUNTIME_SUBDIRECTORY: 'ratelimit',
    RUNTIME_WATCH_ROOT: 'false',
    USE_STATSD: 'false',
    HOST: '127.0.0.1',
    GRPC_HOST: '127.0.0.1',
    DEBUG_HOST: '127.0.0.1',
    PORT: String(await freePort()),
    DEBUG_PORT: String(await freePort()),
    GRPC_PORT: String(port),
  };
  const child = spawn(binary ?? '', [], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('Listening for gRPC')) resolve();
      });
    }
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the rate limit service ended:\n${said.slice(-2000)}`)));
  });
  return port;
}
