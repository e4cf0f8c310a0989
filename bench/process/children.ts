import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { processTree } from './process-tree.js';

export interface ChildOptions {
  /** CPU list for taskset, `0` or `2-3`; unset means wherever the kernel likes. */
  readonly cpus?: string | undefined;
  /** The child is ended after so many seconds even when this process is gone by then. */
  readonly limitSeconds: number;
  readonly env?: NodeJS.ProcessEnv;
}

export interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How much of a child's output is kept; a report wants the end of it. */
const keptCharacters = 262_144;

/** A process under `timeout` and, when CPUs are named, `taskset`; figures are those of the tree below `pid`. */
export class Child {
  readonly pid: number;
  /** Resolves when the process has ended. */
  readonly done: Promise<Output>;
  isRunning: boolean;
  private readonly process: ChildProcess;
  private stdout: string;
  private stderr: string;

  constructor(command: string, args: readonly string[], options: ChildOptions) {
    this.isRunning = true;
    this.stdout = '';
    this.stderr = '';
    this.process = spawnBounded(command, args, options);
    this.pid = this.process.pid ?? -1;
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout = (this.stdout + text).slice(-keptCharacters);
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-keptCharacters);
    });
    this.done = new Promise((resolve) => {
      this.process.once('error', (error) => this.ended(null, `${this.stderr}${error.message}`, resolve));
      this.process.once('close', (code) => this.ended(code, this.stderr, resolve));
    });
  }

  /** The last lines it wrote to stderr, for the message about its failure. */
  get complaint(): string {
    return this.stderr.trim().split('\n').slice(-5).join('\n');
  }

  /** Asks it to end; whatever of it is left after the grace is killed, by process id. */
  async stop(graceMs = 3000): Promise<void> {
    if (!this.isRunning) return;
    const family = processTree(this.pid).map((stat) => stat.pid);
    this.process.kill('SIGTERM');
    const asked = await Promise.race([this.done.then(() => true), delay(graceMs, false, { ref: false })]);
    if (asked) return;
    for (const pid of new Set([...family, ...processTree(this.pid).map((stat) => stat.pid)])) killNow(pid);
    await Promise.race([this.done, delay(1000, undefined, { ref: false })]);
  }

  private ended(code: number | null, stderr: string, resolve: (output: Output) => void): void {
    this.isRunning = false;
    resolve({ code, stdout: this.stdout, stderr });
  }
}

function spawnBounded(command: string, args: readonly string[], options: ChildOptions): ChildProcess {
  const pinned = options.cpus === undefined ? [] : ['taskset', '-c', options.cpus];
  const line = ['--kill-after=5', String(options.limitSeconds), ...pinned, command, ...args];
  return spawn('timeout', line, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Every process a run started, so that none outlives it, however it ends. */
export class Children {
  private readonly running: Set<Child>;

  constructor() {
    this.running = new Set();
  }

  start(command: string, args: readonly string[], options: ChildOptions): Child {
    const child = new Child(command, args, options);
    this.running.add(child);
    void child.done.then(() => this.running.delete(child));
    return child;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.running].map((child) => child.stop()));
  }

  /** On SIGINT and SIGTERM ends every child, then the process itself. */
  stopOnSignals(): void {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      process.once(signal, () => {
        void this.stopAll().then(() => process.exit(code));
      });
    }
  }
}
