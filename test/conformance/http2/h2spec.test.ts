import { equal, match } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startOrigin, startProxy } from '../../support/proxy.js';
import { ringBootstrap } from '../../support/ring-bootstrap.js';

/** `go install github.com/summerwind/h2spec/cmd/h2spec@latest` puts it into Go's folder. */
function findH2spec(): string | null {
  if (spawnSync('h2spec', ['--version'], { stdio: 'ignore' }).status === 0) return 'h2spec';
  const installed = join(homedir(), 'go', 'bin', 'h2spec');
  return existsSync(installed) ? installed : null;
}

const h2spec = findH2spec();
const skip = h2spec === null && 'h2spec is not installed';

test('h2spec finds nothing to object to', { skip, timeout: 120_000 }, async (t) => {
  const { port } = await startOrigin(t, (request, response) => {
    request.resume().on('end', () => response.end('hello'));
  });
  const proxy = await startProxy(t, ringBootstrap({ origin: port, manager: 'codec_type: HTTP2' }));
  const child = spawn(h2spec ?? '', ['-h', '127.0.0.1', '-p', String(proxy.port()), '-o', '10'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill());
  let output = '';
  for await (const text of child.stdout.setEncoding('utf8')) output += text;
  match(output, /145 tests, 145 passed, 0 skipped, 0 failed/, output.slice(-4000));
  equal(child.exitCode ?? 0, 0);
});
