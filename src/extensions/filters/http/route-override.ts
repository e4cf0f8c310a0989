import type { StreamControl } from '../../../api/http-filter.js';
import type { Plain } from '../../../base/plain.js';

/**
 * The settings of a filter at work: built from its own configuration, or from the most specific one that a route has
 * for it. Each route configuration is built when it is first used.
 */
export class RouteOverride<C extends Plain, S> {
  readonly own: S;
  private readonly build: (config: C) => S;
  private readonly built: WeakMap<object, S>;

  constructor(own: S, build: (config: C) => S) {
    this.own = own;
    this.build = build;
    this.built = new WeakMap();
  }

  of(stream: StreamControl): S {
    const config = stream.routeConfig();
    if (config === null || typeof config !== 'object') return this.own;
    let settings = this.built.get(config);
    if (settings === undefined) {
      // What a route holds under the name of a filter was made by that filter's `parseRoute`.
      settings = this.build(config as C);
      this.built.set(config, settings);
    }
    return settings;
  }
}
