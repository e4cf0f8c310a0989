import { equal, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startOrigin, startProxy } from '../support/proxy.js';
import { failingFilter, ringBootstrap } from '../support/ring-bootstrap.js';

const limits = { timeout: 60_000 };

test("users' modules are imported by job and worker threads, never by main", limits, async (t) => {
  const origin = await startOrigin(t, (_request, response) => response.end('hello'));
  const bootstrap = ringBootstrap({ origin: origin.port, fails: true });
  const proxy = await startProxy(t, bootstrap, ['--filter-module', failingFilter]);
  equal((await proxy.fetch('/')).status, 200);
  const imported = readdirSync(proxy.folder).filter((name) => name.startsWith('imported-'));
  equal(imported.length, 3);
  ok(!imported.includes('imported-main'));
});

test('the pool of libuv has eight threads without anybody setting a variable', limits, async (t) => {
  const pool = async (size: string): Promise<number> => {
    const proxy = await startProxy(t, ringBootstrap({ origin: 1 }), [], { UV_THREADPOOL_SIZE: size });
    const { pid } = proxy.child;
    if (size === '') ok(readFileSync(`/proc/${pid}/environ`, 'latin1').includes('UV_THREADPOOL_SIZE=8'));
    return readdirSync(`/proc/${pid}/task`).length;
  };
  const four = await pool('4');
  const unset = await pool('');
  equal(unset, four + 4);
});
