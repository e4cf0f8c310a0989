import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RouteInput } from '../../../src/api/route.js';
import { compileRegex } from '../../../src/match/regex.js';
import type { PathMatchConfig } from '../../../src/route/config-types.js';
import { type IndexedRoute, PathIndex } from '../../../src/route/path-index.js';
import { routeInput } from '../../support/route-table.js';

/** What the index must equal: one route after the other, from the top. */
function scan(routes: readonly IndexedRoute<number>[], input: RouteInput): number | null {
  const { path: whole, method } = input.headers;
  const path = whole.replace(/[?#].*$/s, '');
  const found = routes.find(
    (route) =>
      (whole === '' ? isConnect(route.path, method) : matchesPath(route.path, path, method)) &&
      (route.condition?.(input) ?? true),
  );
  return found?.target ?? null;
}

function isConnect(config: PathMatchConfig, method: string): boolean {
  return config.kind === 'connect' && method === 'CONNECT';
}

function matchesPath(config: PathMatchConfig, path: string, method: string): boolean {
  if (config.kind === 'connect') return isConnect(config, method);
  if (config.kind === 'regex') return compileRegex(config.value).fullMatch(path);
  const [text, value] = config.caseSensitive
    ? [path, config.value]
    : [path.toLowerCase(), config.value.toLowerCase()];
  if (config.kind === 'path') return text === value;
  if (config.kind === 'prefix') return text.startsWith(value);
  return text === value || text.startsWith(`${value}/`);
}

const text = fc.array(fc.constantFrom('/', 'a', 'b', 'A', 'ab', '/a', '/b/'), { maxLength: 5 });
const pathText = text.map((parts) => `/${parts.join('')}`);
const regexText = fc
  .array(fc.constantFrom('/', 'a', 'b', '.*', '[ab]', 'a?', '(a|b)', '|'), { minLength: 1, maxLength: 4 })
  .map((parts) => `/${parts.join('')}`);

const path: fc.Arbitrary<PathMatchConfig> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('prefix', 'path', 'path-separated'),
    value: pathText,
    caseSensitive: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('regex'), value: regexText, caseSensitive: fc.constant(true) }),
  fc.record({ kind: fc.constant('connect'), value: fc.constant(''), caseSensitive: fc.constant(true) }),
);
const condition = fc.constantFrom<IndexedRoute<number>['condition']>(
  null,
  null,
  (input) => input.random % 2 === 0,
  (input) => input.random % 3 === 0,
);
const routes = fc.array(fc.record({ path, condition }), { maxLength: 14 });
const requests = fc.array(
  fc.record({
    path: fc
      .tuple(fc.oneof(pathText, fc.constant('')), fc.constantFrom('', '?a=/b', '#x'))
      .map((p) => p.join('')),
    method: fc.constantFrom('GET', 'CONNECT'),
    random: fc.nat(5),
  }),
  { minLength: 1, maxLength: 20 },
);

test('the index finds what a scan from the top finds', () => {
  fc.assert(
    fc.property(routes, requests, (list, asked) => {
      const indexed = list.map((route, target) => ({ ...route, target }));
      const index = new PathIndex(indexed, false);
      for (const request of asked) {
        const input = routeInput(request);
        equal(index.find(input), scan(indexed, input), JSON.stringify(request));
      }
    }),
    { numRuns: 1500 },
  );
});

test('path parameters are dropped from every segment when they are to be ignored', () => {
  const route = {
    path: { kind: 'path', value: '/a/b', caseSensitive: true },
    condition: null,
    target: 1,
  } as const;
  equal(new PathIndex([route], true).find(routeInput({ path: '/a;x=1/b;y?q=;z' })), 1);
  equal(new PathIndex([route], false).find(routeInput({ path: '/a;x=1/b' })), null);
});
