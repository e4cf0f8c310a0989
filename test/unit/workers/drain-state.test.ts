import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { SystemRandom } from '../../../src/base/random.js';
import { DrainState } from '../../../workers/drain-state.js';

/** A drain at a time of the test's choice; every draw is in the middle. */
function drainState(): { readonly state: DrainState; at(ms: number): boolean } {
  let now = 0;
  const clock = { now: () => now, wallMs: () => now, originMs: 0 };
  class Middle extends SystemRandom {
    override below(limit: number): number {
      return Math.floor(limit / 2);
    }
  }
  const state = new DrainState(clock, new Middle());
  return {
    state,
    at: (ms) => {
      now = ms;
      return state.shouldClose('main');
    },
  };
}

test('the longer a listener drains, the more likely a response closes its connection', () => {
  const { state, at } = drainState();
  equal(at(0), false);
  state.listeners({ listeners: ['main'], drainMs: 1000, elapsedMs: 0 });
  deepEqual([at(0), at(500), at(501), at(1000), at(5000)], [false, false, true, true, true]);
  equal(state.shouldClose('other'), false);
});

test('a worker that starts in the middle of a drain goes on where the others are', () => {
  const { state, at } = drainState();
  state.listeners({ listeners: ['main'], drainMs: 1000, elapsedMs: 600 });
  equal(at(0), true);
});

test('an immediate drain closes with the next response, as a failed health check and the end do', () => {
  const immediate = drainState();
  immediate.state.listeners({ listeners: ['main'], drainMs: 0, elapsedMs: 0 });
  equal(immediate.at(0), true);
  const failed = drainState();
  failed.state.failHealthCheck(true);
  equal(failed.at(0), true);
  failed.state.exemptFromHealthCheck('main');
  equal(failed.at(0), false);
  failed.state.all();
  equal(failed.at(0), true);
});
