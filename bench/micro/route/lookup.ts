import type { Bench } from 'tinybench';
import type { RouteInput } from '../../../src/api/route.js';
import { type IndexedRoute, PathIndex } from '../../../src/route/path-index.js';
import { routeInput } from '../../../test/support/route-table.js';
import { addBatched } from '../batch.js';

type Kind = 'prefix' | 'path' | 'regex';

const values: { readonly [K in Kind]: (i: number) => string } = {
  prefix: (i) => `/service-${i}/`,
  path: (i) => `/service-${i}/item`,
  regex: (i) => `/service-${i}/[a-z]+`,
};

function routes(count: number, kind: Kind): IndexedRoute<number>[] {
  return Array.from({ length: count }, (_, i) => ({
    path: { kind, value: values[kind](i), caseSensitive: true },
    condition: null,
    target: i,
  }));
}

/** The last of ten, and of ten thousand: the two must cost the same. */
export function add(bench: Bench): void {
  for (const kind of ['prefix', 'path', 'regex'] as const) {
    for (const count of [10, 10_000]) {
      const index = new PathIndex(routes(count, kind), false);
      const input: RouteInput = routeInput({ path: `/service-${count - 1}/item?q=1` });
      addBatched(bench, `last of ${count} ${kind} routes`, () => index.find(input));
    }
  }
}
