import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

function isMissing(command: string): boolean {
  return spawnSync(command, ['-v'], { stdio: 'ignore', timeout: 20_000 }).status !== 0;
}

/** Why tests with those are skipped; false when both are here. */
export const withoutHaproxyAndNginx: string | false =
  isMissing('haproxy') || isMissing('nginx') ? 'there is no HAProxy or no nginx' : false;

/** HAProxy with these frontends and backends, ready when it listens on `port`. */
export async function startHaproxy(t: TestContext, sections: string, port: number): Promise<void> {
  const defaults = 'defaults\n timeout connect 5s\n timeout client 5s\n timeout server 5s\n';
  await startWith(
    t,
    `${defaults}${sections}\n`,
    (file) => spawn('haproxy', ['-f', file, '-db'], quiet),
    port,
  );
}

/** nginx with one server of that text, ready when it listens on `port`. */
export async function startNginx(t: TestContext, server: string, port: number): Promise<void> {
  const text = (folder: string): string =>
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;\n` +
    `events {}\nhttp { access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;\n` +
    `fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;\n` +
    `server { ${server} } }\n`;
  await startWith(t, text, (file, folder) => spawn('nginx', ['-p', folder, '-c', file], quiet), port);
}

const quiet = { stdio: 'ignore' } as const;

async function startWith(
  t: TestContext,
  text: string | ((folder: string) => string),
  start: (file: string, folder: string) => ChildProcess,
  port: number,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-peer-'));
  const file = join(folder, 'config');
  writeFileSync(file, typeof text === 'string' ? text : text(folder));
  const child = start(file, folder);
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  });
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode} before it listened`);
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
