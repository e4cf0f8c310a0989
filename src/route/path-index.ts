import type { RouteInput } from '../api/route.js';
import { type CompiledRegex, compileRegex } from '../match/regex.js';
import { lowerAscii } from '../match/string-matcher.js';
import type { Condition, ConditionPart } from './conditions.js';
import type { PathMatchConfig } from './config-types.js';
import { pathEnd, withoutPathParameters } from './path-text.js';
import { PathTree, type TreeEntry } from './path-tree.js';

/** A route as the index sees it: where its path is looked up, what else it asks, and what it leads to. */
export interface IndexedRoute<T> {
  readonly path: PathMatchConfig;
  readonly condition: Condition | null;
  /** What `condition` is made of, for those who want to know; absent where nobody does. */
  readonly parts?: readonly ConditionPart[];
  readonly target: T;
}

/** What a lookup made of one route. */
export interface IndexTrial<T> {
  readonly path: PathMatchConfig;
  readonly parts: readonly ConditionPart[];
  readonly target: T;
  readonly verdict: 'chosen' | 'failed' | 'not-reached';
  readonly matchesPath: boolean;
}

/** A route that no tree can hold. */
interface ScannedRoute {
  readonly order: number;
  readonly regex: CompiledRegex | null;
  readonly condition: Condition | null;
}

/**
 * The routes of one virtual host. The first route in configured order wins, as a scan from the top would find it;
 * prefixes and exact paths, and expressions that begin with literal text, lie in a radix tree, so that the cost of a
 * lookup follows the length of the path and not the number of routes (bench/micro/route).
 */
export class PathIndex<T> {
  private readonly routes: readonly IndexedRoute<T>[];
  private readonly tree: PathTree;
  /** Routes that ignore case, keyed in lower case; null when there are none. */
  private readonly foldedTree: PathTree | null;
  private readonly scanned: readonly ScannedRoute[];
  private readonly connects: readonly ScannedRoute[];
  private readonly ignorePathParameters: boolean;

  constructor(routes: readonly IndexedRoute<T>[], ignorePathParameters: boolean) {
    const tree = new PathTree();
    const foldedTree = new PathTree();
    const scanned: ScannedRoute[] = [];
    const connects: ScannedRoute[] = [];
    for (const [order, { path, condition }] of routes.entries()) {
      const regex = path.kind === 'regex' ? compileRegex(path.value) : null;
      if (path.kind === 'connect') connects.push({ order, regex, condition });
      else if (regex !== null && regex.literalPrefix === '') scanned.push({ order, regex, condition });
      else if (path.caseSensitive) addTo(tree, order, path, regex, condition);
      else addTo(foldedTree, order, { ...path, value: lowerAscii(path.value) }, regex, condition);
    }
    this.routes = routes;
    this.tree = tree;
    this.foldedTree = foldedTree.isEmpty ? null : foldedTree;
    this.scanned = scanned;
    this.connects = connects;
    this.ignorePathParameters = ignorePathParameters;
  }

  find(input: RouteInput): T | null {
    const order = this.findOrder(input);
    return order === Number.POSITIVE_INFINITY ? null : (this.routes[order] as IndexedRoute<T>).target;
  }

  /** Every route in configured order with what became of it. The path is tried by an index of the one route. */
  explain(input: RouteInput): readonly IndexTrial<T>[] {
    const chosen = this.findOrder(input);
    return this.routes.map((route, order) => {
      const { path, parts = [], target } = route;
      const verdict = order === chosen ? 'chosen' : order < chosen ? 'failed' : 'not-reached';
      const matchesPath =
        verdict === 'chosen' || (verdict === 'failed' && this.alone(route).find(input) !== null);
      return { path, parts, target, verdict, matchesPath };
    });
  }

  private alone({ path, target }: IndexedRoute<T>): PathIndex<T> {
    return new PathIndex([{ path, condition: null, target }], this.ignorePathParameters);
  }

  private findOrder(input: RouteInput): number {
    const { headers } = input;
    let best = Number.POSITIVE_INFINITY;
    if (headers.path !== '') {
      const path = this.ignorePathParameters ? withoutPathParameters(headers.path) : headers.path;
      const end = pathEnd(path);
      best = this.tree.find(path, end, input, best);
      if (this.foldedTree !== null) best = this.foldedTree.find(lowerAscii(path), end, input, best);
      if (this.scanned.length > 0) best = scan(this.scanned, path.slice(0, end), input, best);
    }
    if (this.connects.length > 0 && headers.method === 'CONNECT') best = scan(this.connects, '', input, best);
    return best;
  }
}

function addTo(
  tree: PathTree,
  order: number,
  path: PathMatchConfig,
  regex: CompiledRegex | null,
  condition: Condition | null,
): void {
  const entry: TreeEntry = { order, regex, condition };
  if (regex !== null) tree.add(regex.literalPrefix, 'prefix', entry);
  else if (path.kind === 'path') tree.add(path.value, 'exact', entry);
  else tree.add(path.value, path.kind === 'path-separated' ? 'separated' : 'prefix', entry);
}

/** The first of the routes, in order, that comes before `best`. */
function scan(routes: readonly ScannedRoute[], path: string, input: RouteInput, best: number): number {
  for (const { order, regex, condition } of routes) {
    if (order >= best) break;
    if (regex !== null && !regex.fullMatch(path)) continue;
    if (condition === null || condition(input)) return order;
  }
  return best;
}
