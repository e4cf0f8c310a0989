import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import {
  lacksRoomAhead,
  type PoolDemand,
  preconnectAhead,
} from '../../../../src/upstream/pool/preconnect.js';

function demand(waiting: number, activeStreams: number, room: number): PoolDemand {
  return { waiting, activeStreams, room };
}

test('one more stream is to find room for so many times what is in use', () => {
  equal(lacksRoomAhead(demand(0, 0, 1), 1.5), true);
  equal(lacksRoomAhead(demand(0, 0, 2), 1.5), false);
  equal(lacksRoomAhead(demand(1, 1, 3), 1.5), true);
  equal(lacksRoomAhead(demand(1, 1, 4), 1.5), false);
});

test('hosts that come next are connected to until there is room, three at most', () => {
  const pools: { waiting: number; activeStreams: number; room: number }[] = [];
  const dialled = (ratio: number): number => {
    const before = pools.length;
    preconnectAhead(pools, ratio, () => ({
      dialAhead: () => {
        pools.push({ ...demand(0, 0, 1) });
        return true;
      },
    }));
    return pools.length - before;
  };
  deepEqual([dialled(1.5), dialled(1.5), dialled(3), dialled(9), dialled(9)], [2, 0, 1, 3, 3]);
});

test('a host that nobody can tell ends it, and so does one that needs nothing', () => {
  let asked = 0;
  preconnectAhead([], 3, () => {
    asked++;
    return null;
  });
  preconnectAhead([], 3, () => {
    asked++;
    return { dialAhead: () => false };
  });
  equal(asked, 2);
});
