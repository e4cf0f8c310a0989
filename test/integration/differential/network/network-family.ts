import type { Plain } from '../../../../src/base/plain.js';
import type { DifferentialCase } from '../differential-case.js';
import { address, type Fields } from '../families/filter-family.js';
import { cluster, marks, networkListener } from '../network-bootstrap.js';
import type { NetworkListener } from '../network-listeners.js';
import type { Bootstrap, Places } from '../proxy-under-test.js';

/** Listeners that carry bytes and belong together, with the conversations they are tried in. */
export interface NetworkFamily {
  readonly listeners: { readonly [name: string]: NetworkListener };
  /** Clusters besides `main`, `second` and `refused`. */
  readonly clusters?: (places: Places) => readonly Plain[];
  /** Listeners of another shape, by name. */
  readonly shapedListeners?: { readonly [name: string]: (places: Places) => Fields };
  /** Names of origins besides `main` and `second`. */
  readonly origins?: readonly string[];
  /** Fields of the bootstrap. */
  readonly bootstrap?: Fields;
  readonly runtime?: Fields;
  readonly cases: readonly DifferentialCase[];
}

/** The listeners of a family; `log` is added to each log line. */
export function networkFamilyBootstrap(name: string, family: NetworkFamily, log = ''): Bootstrap {
  const shaped = family.shapedListeners ?? {};
  return {
    name,
    extension: 'json',
    listeners: ['plain', ...Object.keys(family.listeners), ...Object.keys(shaped)],
    origins: ['main', 'second', ...(family.origins ?? [])],
    text: (places) => {
      const { origins } = places;
      return JSON.stringify({
        node: { id: 'node-1', cluster: 'cluster-1' },
        admin: { address: address(places.adminPort) },
        layered_runtime: { layers: [{ name: 'static', static_layer: family.runtime ?? {} }] },
        ...family.bootstrap,
        static_resources: {
          listeners: [
            marks(places),
            ...Object.entries(family.listeners).map(([key, own]) => networkListener(key, own, places, log)),
            ...Object.entries(shaped).map(([key, make]) => ({
              name: key,
              stat_prefix: key,
              address: address(places.listeners[key] ?? 0),
              ...make(places),
            })),
          ],
          clusters: [
            cluster('main', [origins['main'] ?? 0]),
            cluster('second', [origins['second'] ?? 0]),
            cluster('refused', [origins['refused'] ?? 0]),
            ...(family.clusters?.(places) ?? []),
          ],
        },
      });
    },
  };
}
