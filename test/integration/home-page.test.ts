import { match, ok } from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startOrigin, startProxy } from '../support/proxy.js';
import { ringBootstrap } from '../support/ring-bootstrap.js';

const hasChromium = spawnSync('chromium', ['--version'], { stdio: 'ignore' }).status === 0;
const skip = hasChromium ? false : 'there is no chromium to open the page with';

/** The document once its script has run for some virtual seconds. */
function openPage(t: TestContext, url: string): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'home-page-'));
  t.after(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--user-data-dir=${profile}`,
    '--virtual-time-budget=3000',
    '--dump-dom',
  ];
  return new Promise((resolve, reject) => {
    execFile('chromium', [...flags, url], { timeout: 60_000, maxBuffer: 1 << 26 }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
  });
}

test('the home page shows the state, the health of clusters, listeners and stats', {
  skip,
  timeout: 90_000,
}, async (t) => {
  const origin = await startOrigin(t, (_request, response) => response.end('hello'));
  const proxy = await startProxy(t, ringBootstrap({ origin: origin.port }));
  await proxy.fetch('/');
  const dom = await openPage(t, `http://127.0.0.1:${proxy.adminPort}/#filter=downstream_rq_total`);
  match(dom, /<span id="state" class="state good">LIVE<\/span>/);
  match(dom, /<span class="dot good"><\/span>/);
  match(dom, /1 of 1 healthy/);
  ok(dom.includes(`<td>127.0.0.1:${proxy.port()}</td>`), 'the address of the listener');
  match(dom, /<p id="trouble" role="alert"><\/p>/);
  const rows = [...dom.matchAll(/<td>([\w.-]+)<\/td><td class="number">(\d+)<\/td>/g)].map(
    ([, name]) => name ?? '',
  );
  ok(rows.length > 0 && rows.every((name) => name.includes('downstream_rq_total')), rows.join(' '));
});
