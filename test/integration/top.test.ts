import { deepEqual, equal, match } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { mainPath, startOrigin, startProxy } from '../support/proxy.js';
import { ringBootstrap } from '../support/ring-bootstrap.js';

/** `sluice top` to its end. */
function top(...args: readonly string[]): Promise<{ readonly code: number | null; readonly text: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [mainPath, 'top', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const note = (part: string): void => {
      text += part;
    };
    child.stdout.setEncoding('utf8').on('data', note);
    child.stderr.setEncoding('utf8').on('data', note);
    child.once('close', (code) => resolve({ code, text }));
  });
}

test('top shows what a running proxy is busy with', { timeout: 60_000 }, async (t) => {
  const origin = await startOrigin(t, (_request, response) => response.end('hello'));
  const proxy = await startProxy(t, ringBootstrap({ origin: origin.port }));
  for (let i = 0; i < 3; i++) equal((await proxy.fetch('/')).status, 200);
  origin.server.closeAllConnections();
  await new Promise((resolve) => origin.server.close(resolve));
  equal((await proxy.fetch('/')).status, 503);
  const shown = await top('--admin', `:${proxy.adminPort}`, '--once', '--interval', '0.2');
  equal(shown.code, 0);
  const [titles = '', row = '', rest] = shown.text.split('\n');
  match(titles, /RQ\/S +ACTIVE +P50 MS/);
  match(
    row,
    /^cluster origin +0 +0 .* 1\/1 +0 +\d+ {2}1 (connect-refused|keep-alive-race|reset-before-headers)$/,
  );
  equal(rest, '');

  const closed = await top('--admin', '127.0.0.1:1', '--once', '--interval', '0.1');
  equal(closed.code, 1);
  match(closed.text, /^127\.0\.0\.1:1: .*ECONNREFUSED/);
  deepEqual(
    await Promise.all([top(), top('--admin', ':1', '--interval', 'x')].map(async (run) => (await run).code)),
    [1, 1],
  );
});
