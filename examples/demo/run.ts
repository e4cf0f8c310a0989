import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { demoBootstrap } from './bootstrap.js';
import { type DemoService, freePort, startService } from './services.js';
import { tour, tourText } from './tour.js';

/**
 * `make run`: a front proxy with its own services behind it, and what to ask them. `--port` and `--admin-port` say
 * where it listens; a port that is taken, and 0, stand for any free one. What follows `--` goes to the proxy.
 */
const { values, positionals } = parseArgs({
  options: {
    port: { type: 'string', default: '10000' },
    'admin-port': { type: 'string', default: '9901' },
  },
  allowPositionals: true,
});
const mainPath = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const filterPath = fileURLToPath(new URL('./greeting-filter.js', import.meta.url));

async function main(): Promise<void> {
  const proxy = await freePort(Number(values.port));
  const admin = await freePort(Number(values['admin-port']));
  const services = await Promise.all(['blue', 'green', 'tools'].map(startService));
  const [blue, green, tools] = services as [DemoService, DemoService, DemoService];
  const ports = { proxy, admin, blue: blue.port, green: green.port, tools: tools.port };
  const args = [
    mainPath,
    '--config-yaml',
    demoBootstrap(ports),
    '--filter-module',
    filterPath,
    ...positionals,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'pipe'] });
  announce(child, () => {
    process.stdout.write(`\nThe demo listens on port ${proxy}, its admin server on port ${admin}. Try:\n\n`);
    process.stdout.write(`${tourText(tour(proxy, admin))}\nCtrl-C ends it.\n`);
  });
  child.on('exit', (code) => {
    for (const service of services) service.close();
    process.exitCode = code ?? 1;
  });
  // Ctrl-C reaches the proxy by itself; a signal to this process alone is passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
}

/** Passes the proxy's log on, and calls `onUp` once it serves. */
function announce(child: ChildProcess, onUp: () => void): void {
  let isUp = false;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    process.stderr.write(text);
    if (isUp || !text.includes('all listeners are up')) return;
    isUp = true;
    onUp();
  });
}

await main();
