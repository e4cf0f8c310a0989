import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromOrigin, Mode, Progress, ToOrigin } from './contract.js';
import type { Protocol } from './exchange.js';

const main = fileURLToPath(new URL('./origin-process.js', import.meta.url));

/** An origin as the run sees it: its process comes and goes, its port stays. */
export class Origin {
  port = 0;
  mode: Mode | 'dead' = 'dead';
  /** Requests that reached it when the proxy knew better. */
  readonly unexpected: string[] = [];
  private child: ChildProcess | null = null;
  private readonly protocol: Protocol;

  constructor(protocol: Protocol) {
    this.protocol = protocol;
  }

  async start(): Promise<void> {
    const child = fork(main, [String(this.port), this.protocol], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.child = child;
    this.mode = 'fine';
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error('an origin ended')));
      child.on('message', (message: FromOrigin) => {
        if (message.kind === 'unexpected')
          this.unexpected.push(
            `${message.ask} at ${this.port} (${message.mode}), ${new Date().toISOString()}`,
          );
        else {
          this.port = message.port;
          resolve();
        }
      });
    });
  }

  /** As from an out-of-memory kill: no goodbye to anybody. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    this.mode = 'dead';
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async become(mode: Mode | 'dead'): Promise<void> {
    if (mode === 'dead') return this.kill();
    if (this.child === null) await this.start();
    this.mode = mode;
    this.tell({ mode, expectsNoneAfter: null });
  }

  /** Requests that begin from now on are unexpected. */
  expectNoneAfter(progress: Progress): void {
    if (this.mode !== 'dead') this.tell({ mode: this.mode, expectsNoneAfter: progress });
  }

  private tell(message: ToOrigin): void {
    this.child?.send(message);
  }
}
