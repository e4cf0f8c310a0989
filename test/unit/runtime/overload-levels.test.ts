import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { Overload } from '../../../src/api/overload.js';
import type { Random } from '../../../src/base/random.js';
import { OverloadLevels } from '../../../src/runtime/overload-levels.js';

const levels = new Uint8Array(16);
const drawing = (draw: number): Random => ({ below: () => draw }) as unknown as Random;
const view = (draw = 0): OverloadLevels =>
  new OverloadLevels(
    levels,
    [
      { timer: 'HTTP_DOWNSTREAM_STREAM_IDLE', minMs: 2000, minShare: 0 },
      { timer: 'TRANSPORT_SOCKET_CONNECT', minMs: -1, minShare: 0.1 },
    ],
    drawing(draw),
  );

test('an action applies in full, or by chance as far as it is called for', () => {
  levels.fill(0);
  equal(view(0).applies(Overload.rejectConnections), false);
  levels[Overload.rejectConnections] = 30;
  deepEqual(
    [29, 30].map((draw) => view(draw).applies(Overload.rejectConnections)),
    [true, false],
  );
  levels[Overload.rejectConnections] = 100;
  deepEqual(
    [view(99).applies(Overload.rejectConnections), view().isFull(Overload.rejectConnections)],
    [true, true],
  );
});

test('timeouts shrink from what they are to the least that they may be', () => {
  const at = (level: number): readonly number[] => {
    levels[Overload.reduceTimeouts] = level;
    return [
      view().timeoutMs('HTTP_DOWNSTREAM_STREAM_IDLE', 10_000),
      view().timeoutMs('HTTP_DOWNSTREAM_STREAM_IDLE', 1000),
      view().timeoutMs('TRANSPORT_SOCKET_CONNECT', 1000),
      view().timeoutMs('HTTP_DOWNSTREAM_CONNECTION_MAX', 1000),
    ];
  };
  deepEqual(at(0), [10_000, 1000, 1000, 1000]);
  deepEqual(at(50), [6000, 1000, 550, 1000]);
  deepEqual(at(100), [2000, 1000, 100, 1000]);
});
