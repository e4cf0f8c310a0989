import type { ConfigNode } from '../../api/config-node.js';
import type { RetryPriority } from '../../api/retry-plugins.js';

/** After every so many attempts the levels tried so far are left out; when none is left that serves, it starts over. */
export const previousPriorities: RetryPriority<{ readonly updateFrequency: number }> = {
  name: 'envoy.retry_priorities.previous_priorities',
  typeUrl: 'envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig',
  parse: (node: ConfigNode) => ({ updateFrequency: node.number('update_frequency') }),
  excludedLevels: ({ updateFrequency }, tried, canServe, levelOf = (host) => host.priority) => {
    const levels = tried.map(levelOf);
    const last = Math.max(...levels, 0) + 1;
    let seen: number[] = [];
    let excluded = new Set<number>();
    for (const triedLevel of levels) {
      seen.push(triedLevel);
      if (seen.length % updateFrequency !== 0) continue;
      for (const level of seen) excluded.add(level);
      if (isExhausted(excluded, last, canServe)) {
        excluded = new Set();
        seen = [];
      }
    }
    return excluded.size === 0 ? null : excluded;
  },
};

/** Levels above `last` have not been tried; one of them that serves is enough. */
function isExhausted(
  excluded: ReadonlySet<number>,
  last: number,
  canServe: (level: number) => boolean,
): boolean {
  for (let level = 0; level <= Math.max(last, 128); level++) {
    if (!excluded.has(level) && canServe(level)) return false;
  }
  return true;
}
