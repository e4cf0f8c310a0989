import { deepEqual, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { readWrk } from '../../../../bench/load/wrk-output.js';

const head = 'Running 3s test @ http://127.0.0.1:1/\n  1 threads and 64 connections\n';

test('requests and time are read from the line that sums up', () => {
  deepEqual(readWrk(`${head}  103512 requests in 3.10s, 12.30MB read\nRequests/sec: 33390.9\n`), {
    completed: 103_512,
    failed: 0,
    seconds: 3.1,
  });
});

test('answers with a wrong status and socket errors of every kind count as failed', () => {
  const text =
    '  10 requests in 500.00ms, 1.00KB read\n' +
    '  Socket errors: connect 1, read 2, write 3, timeout 4\n' +
    '  Non-2xx or 3xx responses: 5\n';
  deepEqual(readWrk(head + text), { completed: 10, failed: 15, seconds: 0.5 });
});

test('a run without an account is an error that shows what was printed', () => {
  throws(() => readWrk('unable to connect to 127.0.0.1:1'), /unable to connect/);
});
