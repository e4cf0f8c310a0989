import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '../../../src/base/random.js';
import { eventually } from '../../support/eventually.js';
import { residentMb } from '../../support/process-usage.js';
import { mainPath, RunningProxy } from '../../support/proxy.js';
import { chaosBootstrap } from './bootstrap.js';
import { Client, type ClientCounts, type World, type Wrong } from './client.js';
import { hidden, type Mode, odd, unchecked, visible } from './contract.js';
import type { Protocol } from './exchange.js';
import { Origin } from './origin.js';

export interface ChaosOptions {
  /** What the origins speak. */
  readonly protocol: Protocol;
  readonly origins: number;
  readonly clients: number;
  readonly concurrency: number;
  readonly steps: number;
  readonly answersPerStep: number;
  readonly seed: number;
  /** How long a client waits before its next request. */
  readonly restMs: number;
  /** On the wall clock, when steps end even if not all are done. */
  readonly deadlineMs: number;
  say(line: string): void;
}

export interface ChaosReport {
  readonly answered: number;
  readonly broken: number;
  /** What clients should not have seen, with what the proxy has to say about it. */
  readonly wrong: readonly string[];
  /** Requests that reached hosts that the proxy knew to be unhealthy. */
  readonly unexpected: readonly string[];
  /** Hosts that were seen to be unhealthy, and were watched for requests from then on. */
  readonly watched: number;
  readonly retries: number;
  /** Gauges that are not zero when nothing runs any more. */
  readonly left: readonly string[];
  /** Resident memory of the proxy after a quarter of the steps, and after all. */
  readonly residentMb: readonly [number, number];
}

const logName = 'access.log';
/** Never more at once than a request may try again: what a retry can hide is then always hidden. */
const mostBad = 3;

/** Real origins that fail in every way, clients that check every byte, and what must hold all the while. */
export class Chaos implements World {
  private readonly options: ChaosOptions;
  private readonly random: SeededRandom;
  private readonly origins: readonly Origin[];
  private readonly counts: ClientCounts = { answered: 0, broken: 0, wrong: [] };
  private clients: readonly Client[] = [];
  private answers = 0;
  private awaited: { readonly answers: number; readonly done: () => void } | null = null;
  private readonly killed = new Set<number>();
  /** Unhealthy hosts that are being watched. */
  private readonly unhealthy = new Set<Origin>();
  private watched = 0;
  kills = 0;
  readonly endsStreamsApart: boolean;

  constructor(options: ChaosOptions) {
    this.options = options;
    this.endsStreamsApart = options.protocol === 'http2';
    this.random = new SeededRandom(options.seed);
    this.origins = Array.from({ length: options.origins }, () => new Origin(options.protocol));
  }

  wasKilled(port: number): boolean {
    return this.killed.has(port);
  }

  onAnswer(): void {
    this.answers++;
    if (this.awaited !== null && this.answers >= this.awaited.answers) this.awaited.done();
  }

  async rest(): Promise<void> {
    const { restMs } = this.options;
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
  }

  async run(): Promise<ChaosReport> {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-chaos-'));
    for (const origin of this.origins) await origin.start();
    const file = join(folder, 'bootstrap.yaml');
    const ports = this.origins.map((it) => it.port);
    writeFileSync(file, chaosBootstrap(ports, this.options.protocol, join(folder, logName)));
    const { concurrency } = this.options;
    const child = spawn(process.execPath, [mainPath, '-c', file, '--concurrency', String(concurrency)], {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: folder,
    });
    const proxy = new RunningProxy(child, folder);
    try {
      await proxy.logged(/all listeners are up/);
      return await this.storm(proxy, child.pid as number);
    } finally {
      child.kill('SIGKILL');
      await proxy.exit();
      for (const origin of this.origins) await origin.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  }

  private async storm(proxy: RunningProxy, pid: number): Promise<ChaosReport> {
    const { steps, answersPerStep, seed, deadlineMs, say } = this.options;
    this.clients = Array.from(
      { length: this.options.clients },
      (_, i) => new Client(i, proxy.port(), new SeededRandom(seed * 1000 + i), this.counts, this),
    );
    const running = this.clients.map((client) => client.run());
    let early = 0;
    for (let step = 0; step < steps && Date.now() < deadlineMs; step++) {
      await this.change();
      await this.progress(answersPerStep);
      await this.watchUnhealthy(proxy);
      if (step === Math.floor(steps / 4)) early = residentMb(pid);
      if (step % 50 === 49) say(this.line(step + 1, pid));
    }
    const late = residentMb(pid);
    for (const origin of this.origins) if (origin.mode !== 'fine') await this.turn(origin, 'fine');
    for (const client of this.clients) client.stop();
    await Promise.all(running);
    const { answered, broken, wrong } = this.counts;
    return {
      answered,
      broken,
      wrong: wrong.length === 0 ? [] : await explained(wrong, proxy),
      unexpected: this.origins.flatMap((origin) => origin.unexpected),
      watched: this.watched,
      retries: await proxy.stat('cluster.origins.upstream_rq_retry'),
      left: await gaugesLeft(proxy),
      residentMb: [early, late],
    };
  }

  private line(step: number, pid: number): string {
    const { answered, broken, wrong } = this.counts;
    const memory = `${residentMb(pid).toFixed(0)} MB`;
    return `step ${step}: ${answered} answered, ${broken} broken off, ${wrong.length} wrong, ${this.watched} hosts watched, ${memory}`;
  }

  /** One origin falls ill, or recovers. */
  private async change(): Promise<void> {
    const bad = this.origins.filter((it) => it.mode !== 'fine');
    const recovers = bad.length >= mostBad || (bad.length > 0 && this.random.below(3) === 0);
    if (recovers) {
      await this.turn(bad[this.random.below(bad.length)] as Origin, 'fine');
      return;
    }
    const harmless = odd[this.options.protocol] ?? [];
    const kinds = [hidden, hidden, visible, harmless][this.random.below(4)] ?? [];
    const fine = this.origins.filter((it) => it.mode === 'fine');
    const mode = kinds[this.random.below(kinds.length)] as Mode | 'dead';
    await this.turn(fine[this.random.below(fine.length)] as Origin, mode);
  }

  private async turn(origin: Origin, mode: Mode | 'dead'): Promise<void> {
    this.unhealthy.delete(origin);
    if (mode === 'dead') {
      this.kills++;
      this.killed.add(origin.port);
    }
    await origin.become(mode);
  }

  private progress(answers: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.awaited = null;
        resolve();
      };
      this.awaited = { answers: this.answers + answers, done };
    });
  }

  /** Once the proxy says that a host is unhealthy, no request that begins then may reach it. */
  private async watchUnhealthy(proxy: RunningProxy): Promise<void> {
    const page = await proxy.admin('/clusters');
    for (const origin of this.origins) {
      // A host whose checks pass may fail one on a busy machine, and is asked again when the next one passes.
      if (this.unhealthy.has(origin) || !unchecked.some((mode) => mode === origin.mode)) continue;
      if (!page.includes(`127.0.0.1:${origin.port}::health_flags::/failed_active_hc`)) continue;
      this.unhealthy.add(origin);
      this.watched++;
      origin.expectNoneAfter(this.clients.map((client) => client.asked));
    }
  }
}

/** Each with the last that the proxy logged of that client's connection. */
async function explained(wrong: readonly Wrong[], proxy: RunningProxy): Promise<readonly string[]> {
  await proxy.admin('/reopen_logs', 'POST');
  const lines = readFileSync(join(proxy.folder, logName), 'latin1').split('\n');
  return wrong.map(({ what, wallMs, clientPort, before }) => {
    const logged = lines.filter((line) => line.startsWith(`client 127.0.0.1:${clientPort} `)).slice(-3);
    return `${what} at ${new Date(wallMs).toISOString()} by client ${clientPort}; before: ${before}; logged: ${logged.join(' | ')}`;
  });
}

/** Gauges of requests and connections, once they have had the time to end. */
async function gaugesLeft(proxy: RunningProxy): Promise<readonly string[]> {
  const pattern =
    'cluster.origins.(upstream_rq_active|upstream_rq_pending_active|upstream_cx_active)|downstream_rq_active|downstream_cx_active';
  let left: readonly string[] = [];
  const isOver = AbortSignal.timeout(20_000);
  await eventually(async () => {
    const page = await proxy.admin(`/stats?filter=${encodeURIComponent(pattern)}`);
    left = page
      .split('\n')
      .filter(
        (line) =>
          line !== '' &&
          !line.startsWith('http.admin') &&
          !line.startsWith('listener.admin') &&
          !line.endsWith(': 0'),
      );
    return left.length === 0 || isOver.aborted;
  });
  return left;
}
