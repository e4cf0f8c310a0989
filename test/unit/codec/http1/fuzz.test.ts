import { ok } from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzHttp1 } from '../../../conformance/fuzz-http1.js';

test('what the parser accepts of 20,000 mutated wires, llhttp accepts alike', async () => {
  const report = await fuzzHttp1(20_000, 20_260_101);
  ok(report.accepted > 4000, 'the grammar no longer makes enough valid messages');
  ok(report.refused > 4000, 'the grammar no longer makes enough hostile messages');
});
