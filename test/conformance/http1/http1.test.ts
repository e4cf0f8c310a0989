import { deepEqual } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { suites } from './all-cases.js';
import { randomCuts } from './random-cuts.js';
import { defaultOptions, transcript } from './transcript.js';
import type { WireCase } from './wire-case.js';

/** A long wire is not cut at every byte but at this many random places. */
const everyByteLimit = 4096;

for (const [suite, cases] of Object.entries(suites)) {
  describe(`HTTP/1 ${suite}`, () => {
    for (const wireCase of cases) {
      test(wireCase.name, () => check(wireCase));
    }
  });
}

function check(wireCase: WireCase): void {
  const wire = Buffer.from(wireCase.wire, 'latin1');
  const options = { ...defaultOptions, ...wireCase.options };
  const conversation =
    wireCase.methods === undefined ? { wire, options } : { wire, options, methods: wireCase.methods };
  deepEqual(transcript({ ...conversation, cuts: [] }), wireCase.lines, 'in one piece');
  if (wire.length <= everyByteLimit) {
    const everyByte = Array.from({ length: wire.length }, (_, i) => i);
    deepEqual(transcript({ ...conversation, cuts: everyByte }), wireCase.lines, 'byte by byte');
  }
  for (let seed = 1; seed <= 20; seed++) {
    const cuts = randomCuts(wire.length, seed);
    deepEqual(transcript({ ...conversation, cuts }), wireCase.lines, `cut at ${cuts.join(' ')}`);
  }
}
