import type { ConfigNode } from '../api/config-node.js';
import { type FilterEntry, parseFilterChain } from '../stream/filter-chain-config.js';

/** One entry of `upgrade_configs`. */
export type UpgradeConfig = {
  /** Lower case. */
  readonly type: string;
  readonly isEnabled: boolean;
  /** Null: the connection manager's own filters. */
  readonly filters: readonly FilterEntry[] | null;
};

export function parseUpgrades(node: ConfigNode): readonly UpgradeConfig[] {
  const upgrades = new Map<string, UpgradeConfig>();
  for (const entry of node.list('upgrade_configs')) {
    const name = entry.string('upgrade_type');
    const type = name.toLowerCase();
    if (upgrades.has(type)) entry.error(`Error: multiple upgrade configs with the same name: '${name}'`);
    const filters = parseFilterChain(entry, 'filters');
    upgrades.set(type, {
      type,
      isEnabled: entry.bool('enabled', true),
      filters: filters.length === 0 ? null : filters,
    });
  }
  return [...upgrades.values()];
}
