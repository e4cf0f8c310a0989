import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The program as it was built beside these tests. */
export const mainPath = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** An answer as tests look at it. */
export interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly body: string;
}

/** A Sluice process of a test; ended with the test. */
export class RunningProxy {
  readonly child: ChildProcess;
  readonly folder: string;
  log: string;

  constructor(child: ChildProcess, folder: string) {
    this.child = child;
    this.folder = folder;
    this.log = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
    });
  }

  /** Port that the listener of that name was given. */
  port(listener = 'main'): number {
    const found = new RegExp(`listener '${listener}' listens on \\S*:(\\d+)`).exec(this.log);
    if (found === null) throw new Error(`listener ${listener} is not listening:\n${this.log}`);
    return Number(found[1]);
  }

  get adminPort(): number {
    const found = /admin listens on \S*:(\d+)/.exec(this.log);
    if (found === null) throw new Error(`no admin address in the log:\n${this.log}`);
    return Number(found[1]);
  }

  fetch(path: string, options: FetchOptions = {}): Promise<Answer> {
    return fetchFrom(options.port ?? this.port(), path, options);
  }

  /** A GET (or POST) of the admin server. */
  async admin(path: string, method = 'GET'): Promise<string> {
    return (await fetchFrom(this.adminPort, path, { method })).body;
  }

  /** The value of a counter or gauge. */
  async stat(name: string): Promise<number> {
    const text = await this.admin(`/stats?filter=^${name.replaceAll('.', '\\.')}$`);
    const found = /: (-?\d+)/.exec(text);
    return found === null ? 0 : Number(found[1]);
  }

  /** Resolves with the exit code when the process has ended. */
  exit(): Promise<number | null> {
    if (this.child.exitCode !== null) return Promise.resolve(this.child.exitCode);
    return new Promise((resolve) => this.child.once('exit', (code) => resolve(code)));
  }

  /** Resolves once the log matches. */
  async logged(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.log)) {
      if (this.child.exitCode !== null || this.child.stderr?.readableEnded === true)
        throw new Error(`ended before it logged ${pattern}:\n${this.log}`);
      await new Promise((resolve) => {
        this.child.stderr?.once('data', resolve);
        this.child.once('exit', resolve);
      });
    }
  }
}

export interface FetchOptions {
  readonly method?: string;
  readonly headers?: { readonly [name: string]: string | readonly string[] };
  readonly body?: string | Buffer;
  readonly port?: number;
  /** Keeps connections; without it each request has its own. */
  readonly agent?: Agent;
}

/** One request, on a connection of its own unless an agent has one. */
export function fetchFrom(port: number, path: string, options: FetchOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: options.method ?? 'GET',
        headers: options.headers as Record<string, string>,
        agent: options.agent ?? false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString('latin1');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}

/** Starts Sluice on a bootstrap text and waits until every listener listens. */
export async function startProxy(
  t: TestContext,
  bootstrap: string,
  args: readonly string[] = [],
  env: { readonly [name: string]: string } = {},
): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-'));
  const file = join(folder, 'bootstrap.yaml');
  writeFileSync(file, bootstrap);
  const child = spawn(process.execPath, [mainPath, '-c', file, '--concurrency', '2', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: folder,
    env: { ...process.env, ...env },
  });
  const proxy = new RunningProxy(child, folder);
  t.after(async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await proxy.exit();
    rmSync(folder, { recursive: true, force: true });
  });
  await proxy.logged(/all listeners are up/);
  return proxy;
}

/** An HTTP origin of a test on a port of its own. */
export async function startOrigin(
  t: TestContext,
  answer: Parameters<typeof createServer>[1],
): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer(answer as never);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, server };
}
