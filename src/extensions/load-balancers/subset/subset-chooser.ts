import type { BoundStats } from '../../../api/stats.js';
import { statBlock } from '../../../api/stats.js';
import type { Balancer, ChooserView, Host, HostChooser, LoadBalancerContext } from '../../../api/upstream.js';
import type { Plain } from '../../../base/plain.js';
import { isPlainObject, plainAt } from '../../../base/plain-path.js';
import type {
  SelectorConfig,
  SubsetConfig,
  SubsetFallback,
} from '../../../upstream/balancing/subset-config.js';
import { hasLabels, type Labels, labelsOf, subsetKey, tuplesOf } from './subset-key.js';

/** `cluster.<name>.` */
export const U = statBlock({
  counters: [
    'lb_subsets_created',
    'lb_subsets_fallback',
    'lb_subsets_fallback_panic',
    'lb_subsets_removed',
    'lb_subsets_selected',
  ],
  gauges: ['lb_subsets_active', 'lb_subsets_single_host_per_subset_duplicate'],
});

/** Hosts with the same labels; the balancer inside is made when it is first asked. */
class Group {
  readonly hosts: Host[] = [];
  private chooser: HostChooser | null = null;

  choose(context: LoadBalancerContext, balancer: Balancer): Host | null {
    this.chooser ??= balancer(this.hosts);
    return this.chooser.choose(context);
  }
}

interface Selector extends SelectorConfig {
  readonly groups: Map<string, Group>;
}

/** Where requests with the same criteria go: found once per criteria object. */
type Destination = Group | 'none' | 'any' | 'default';

const noCriteria: Labels = {};
const fallbackListKey = 'fallback_list';

/** Chooses the subset of hosts that a request asks for, then a host in it. */
export class SubsetChooser implements HostChooser {
  private readonly config: SubsetConfig;
  private readonly balancer: Balancer;
  private readonly stats: BoundStats;
  private readonly selectors: readonly Selector[];
  private readonly any: Group;
  private readonly byDefault: Group;
  private readonly known: WeakMap<object, readonly Destination[]>;

  constructor(hosts: readonly Host[], config: SubsetConfig, balancer: Balancer, stats: BoundStats) {
    this.config = config;
    this.balancer = balancer;
    this.stats = stats;
    this.selectors = config.selectors.map((selector) => ({ ...selector, groups: new Map() }));
    this.any = new Group();
    this.byDefault = new Group();
    this.known = new WeakMap();
    for (const host of hosts) this.place(host);
  }

  get size(): number {
    return this.selectors.reduce((sum, { groups }) => sum + groups.size, 0);
  }

  choose(context: LoadBalancerContext): Host | null {
    for (const destination of this.destinationsOf(context.metadataMatch)) {
      const host = this.chooseIn(destination, context);
      if (host !== null) return host;
    }
    if (!this.config.panicsToAny) return null;
    const host = this.any.choose(context, this.balancer);
    if (host !== null) this.stats.inc(U.lb_subsets_fallback_panic);
    return host;
  }

  explain(context: LoadBalancerContext): ChooserView {
    const groups = this.destinationsOf(context.metadataMatch).map((destination) => this.groupOf(destination));
    const candidates = groups.flatMap((group) => group?.hosts ?? []);
    const sizes = groups.map((group) => group?.hosts.length ?? 0).join(', then ');
    const asked = JSON.stringify(plainAt(context.metadataMatch, ['envoy.lb']) ?? {});
    const any = this.config.panicsToAny ? ', then any host' : '';
    return { candidates, levels: [`subset for ${asked}: ${sizes} of ${this.any.hosts.length} hosts${any}`] };
  }

  private groupOf(destination: Destination): Group | null {
    if (destination === 'none') return null;
    if (destination instanceof Group) return destination;
    return destination === 'any' ? this.any : this.byDefault;
  }

  private place(host: Host): void {
    const { listAsAny, defaultSubset } = this.config;
    const labels = labelsOf(host);
    this.any.hosts.push(host);
    if (hasLabels(labels, defaultSubset, listAsAny)) this.byDefault.hosts.push(host);
    for (const { keys, groups, isSingleHost } of this.selectors) {
      for (const tuple of tuplesOf(labels, keys, listAsAny)) {
        const key = subsetKey(tuple);
        const group = groups.get(key) ?? new Group();
        groups.set(key, group);
        if (isSingleHost && group.hosts.length > 0)
          this.stats.add(U.lb_subsets_single_host_per_subset_duplicate, 1);
        else group.hosts.push(host);
      }
    }
  }

  private chooseIn(destination: Destination, context: LoadBalancerContext): Host | null {
    const group = this.groupOf(destination);
    if (group === null) return null;
    if (group === destination) {
      this.stats.inc(U.lb_subsets_selected);
      return group.choose(context, this.balancer);
    }
    const host = group.hosts.length === 0 ? null : group.choose(context, this.balancer);
    if (host !== null) this.stats.inc(U.lb_subsets_fallback);
    return host;
  }

  /** In the order in which they are tried. */
  private destinationsOf(match: Plain): readonly Destination[] {
    if (!isPlainObject(match)) return [this.fallbackTo(this.config.fallback)];
    let found = this.known.get(match);
    if (found === undefined) {
      found = this.resolve(match);
      this.known.set(match, found);
    }
    return found;
  }

  private resolve(match: Labels): readonly Destination[] {
    const asked = plainAt(match, ['envoy.lb']);
    const criteria = isPlainObject(asked) ? asked : noCriteria;
    const { hasFallbackList } = this.config;
    const list = hasFallbackList ? criteria[fallbackListKey] : undefined;
    if (!Array.isArray(list)) return [this.destinationOf(criteria)];
    const { [fallbackListKey]: _, ...own } = criteria;
    return list.map((over: Plain) => this.destinationOf(isPlainObject(over) ? { ...own, ...over } : own));
  }

  private destinationOf(criteria: Labels): Destination {
    const keys = Object.keys(criteria).sort();
    if (keys.length === 0) return this.fallbackTo(this.config.fallback);
    const selector = this.selectorFor(keys);
    if (selector === undefined) return this.fallbackTo(this.config.fallback);
    const group = selector.groups.get(subsetKey(selector.keys.map((key) => criteria[key])));
    if (group !== undefined) return group;
    if (selector.fallback === 'NOT_DEFINED') return this.fallbackTo(this.config.fallback);
    if (selector.fallback !== 'KEYS_SUBSET') return this.fallbackTo(selector.fallback);
    return this.destinationOf(Object.fromEntries(selector.fallbackKeys.map((key) => [key, criteria[key]])));
  }

  /** The selector of exactly these keys, or, where that is allowed, the one that uses most of them. */
  private selectorFor(keys: readonly string[]): Selector | undefined {
    const wanted = keys.join('\n');
    if (!this.config.allowsRedundantKeys) return this.selectors.find((it) => it.keys.join('\n') === wanted);
    const usable = this.selectors.filter((it) => it.keys.every((key) => keys.includes(key)));
    return usable.reduce<Selector | undefined>(
      (best, it) => (best === undefined || it.keys.length > best.keys.length ? it : best),
      undefined,
    );
  }

  private fallbackTo(fallback: SubsetFallback): Destination {
    if (fallback === 'NO_FALLBACK') return 'none';
    return fallback === 'ANY_ENDPOINT' ? 'any' : 'default';
  }
}
