import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../support/free-port.js';
import { mainPath } from '../../support/proxy.js';
import { checkRefused } from './refused-fields.js';
import { ScriptedOrigin } from './scripted-origin.js';

export type ProxyKind = 'envoy' | 'sluice';

/** A bootstrap with its ports and files filled in. */
export interface Places {
  readonly adminPort: number;
  /** By listener name. */
  readonly listeners: { readonly [name: string]: number };
  /** By cluster name; `refused` is a port nobody listens on. */
  readonly origins: { readonly [name: string]: number };
  readonly defaultLog: string;
  readonly customLog: string;
}

export interface Bootstrap {
  readonly name: string;
  readonly extension: 'json' | 'yaml';
  readonly listeners: readonly string[];
  readonly origins: readonly string[];
  /** A pattern of the stats that are looked at; absent: all. */
  readonly statsFilter?: string;
  text(places: Places): string;
}

export type Stats = ReadonlyMap<string, number>;

const startLimitMs = 60_000;
const settleLimitMs = 1500;

/** One of the two proxies with the origins that belong to it. */
export class ProxyUnderTest {
  readonly kind: ProxyKind;
  readonly places: Places;
  readonly origin: ScriptedOrigin;
  private readonly statsPath: string;
  private readonly folder: string;
  private readonly child: ChildProcess;
  private readonly agent: Agent;
  private output: string;
  /** Gauges that stayed above zero once: nobody waits for them again. */
  private readonly stuck: Map<string, number>;

  constructor(
    kind: ProxyKind,
    { statsFilter = '' }: Bootstrap,
    places: Places,
    origin: ScriptedOrigin,
    folder: string,
    child: ChildProcess,
  ) {
    this.kind = kind;
    this.places = places;
    this.origin = origin;
    this.statsPath = `/stats?usedonly${statsFilter && `&filter=${encodeURIComponent(statsFilter)}`}&type=`;
    this.folder = folder;
    this.child = child;
    this.agent = new Agent({ keepAlive: true, maxSockets: 1 });
    this.output = '';
    this.stuck = new Map();
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
  }

  /** Starts it, on other ports when something else has taken one of those that were free a moment before. */
  static async start(kind: ProxyKind, bootstrap: Bootstrap): Promise<ProxyUnderTest> {
    for (let left = 3; ; left--) {
      try {
        return await ProxyUnderTest.startOnce(kind, bootstrap);
      } catch (error) {
        if (left === 0 || !/Address already in use/.test(String(error))) throw error;
      }
    }
  }

  private static async startOnce(kind: ProxyKind, bootstrap: Bootstrap): Promise<ProxyUnderTest> {
    const folder = mkdtempSync(join(tmpdir(), `differential-${kind}-`));
    const origin = new ScriptedOrigin();
    const origins: { [name: string]: number } = {};
    for (const name of new Set(bootstrap.origins)) origins[name] = await origin.listen(name);
    const [adminPort = 0, ...ports] = await freePorts(bootstrap.listeners.length + 1);
    const places: Places = {
      adminPort,
      listeners: Object.fromEntries(bootstrap.listeners.map((name, i) => [name, ports[i] ?? 0])),
      origins: { ...origins, refused: refusedPort },
      defaultLog: join(folder, 'default.log'),
      customLog: join(folder, 'custom.log'),
    };
    const file = join(folder, `bootstrap.${bootstrap.extension}`);
    writeFileSync(file, bootstrap.text(places));
    if (kind === 'sluice') await checkRefused(bootstrap.name, file);
    const proxy = new ProxyUnderTest(kind, bootstrap, places, origin, folder, spawnProxy(kind, file, folder));
    try {
      await proxy.ready();
    } catch (error) {
      await proxy.stop();
      throw error;
    }
    return proxy;
  }

  /** Counters and gauges that were ever used. Histograms, which nobody compares, are most of the work of a page. */
  async stats(): Promise<Stats> {
    return new Map([...(await this.statsOf('Counters')), ...(await this.statsOf('Gauges'))]);
  }

  /** Resolves once none of those gauges is above zero any more, with the names of those that stay. */
  async settled(gauges: RegExp): Promise<readonly string[]> {
    const deadline = performance.now() + settleLimitMs;
    for (;;) {
      const unsettled = [...(await this.statsOf('Gauges'))].filter(
        ([name, value]) => value > (this.stuck.get(name) ?? 0) && gauges.test(name),
      );
      if (unsettled.length === 0) return [];
      if (performance.now() > deadline) {
        for (const [name, value] of unsettled) this.stuck.set(name, value);
        return unsettled.map(([name]) => name);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  private async statsOf(type: 'Counters' | 'Gauges'): Promise<Stats> {
    const text = await this.admin(this.statsPath + type);
    return new Map(
      [...text.matchAll(/^(\S+): (\d+)\s*$/gm)].map(([, name = '', value]) => [name, Number(value)]),
    );
  }

  admin(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const { agent } = this;
      const asking = request({ port: this.places.adminPort, host: '127.0.0.1', path, agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve(text));
      });
      asking.on('error', reject);
      asking.end();
    });
  }

  /** A log's text once it contains `mark`. */
  async log(which: 'defaultLog' | 'customLog', mark: string): Promise<string> {
    const deadline = performance.now() + settleLimitMs;
    for (;;) {
      const text = readFileSync(this.places[which], 'latin1');
      if (text.includes(mark) || performance.now() > deadline) return text;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Lets it end by itself, with all that it writes at its end; its logs stay until `stop`. */
  async quit(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await gone;
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    this.origin.close();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const gone = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    const deadline = performance.now() + startLimitMs;
    for (;;) {
      if (this.child.exitCode !== null)
        throw new Error(`${this.kind} did not start:\n${this.output.slice(-4000)}`);
      try {
        if ((await this.admin('/ready')).startsWith('LIVE')) return;
      } catch {
        // Not listening yet.
      }
      if (performance.now() > deadline)
        throw new Error(`${this.kind} did not get ready:\n${this.output.slice(-4000)}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

function spawnProxy(kind: ProxyKind, file: string, folder: string): ChildProcess {
  const common = [
    '-c',
    file,
    '--concurrency',
    '1',
    '--file-flush-interval-msec',
    '10',
    '--log-level',
    'warning',
  ];
  const [command, args] =
    kind === 'envoy'
      ? [
          'envoy',
          [...common, '--disable-hot-restart', '--base-id', String(10_000 + Math.floor(Math.random() * 1e6))],
        ]
      : [process.execPath, [mainPath, ...common, '--allow-unsupported']];
  return spawn(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Above the ports that systems give away, so that no other test listens on it by chance. */
const refusedPort = 65_533;
