import type { RouteInput, RouteMatch, RouteTableView } from '../api/route.js';
import type { RuntimeView } from '../api/runtime.js';
import type { RouteTableConfig } from './config-types.js';
import { DomainIndex, withoutPort } from './domains.js';
import { buildRules, VirtualHost } from './virtual-host.js';

/** What a route table asks of the thread it is built in. */
export interface RouteServices {
  readonly runtime: RuntimeView;
}

/** Compiles a route configuration. The config must come from `parseRouteConfiguration`. */
export function buildRouteTable(config: RouteTableConfig, services: RouteServices): RouteTableView {
  return new RouteTable(config, services);
}

class RouteTable implements RouteTableView {
  readonly name: string;
  readonly internalOnlyHeaders: readonly string[];
  private readonly domains: DomainIndex<VirtualHost>;
  private readonly virtualHostHeader: string;
  private readonly ignorePort: boolean;

  constructor(config: RouteTableConfig, services: RouteServices) {
    this.name = config.name;
    this.internalOnlyHeaders = config.internalOnlyHeaders;
    const rules = buildRules(config.mutations);
    this.domains = new DomainIndex(
      config.virtualHosts.flatMap((host) => {
        const built = new VirtualHost(host, config, rules, services.runtime);
        return host.domains.map((domain) => [domain, built] as const);
      }),
    );
    this.virtualHostHeader = config.virtualHostHeader;
    this.ignorePort = config.ignorePortInHost;
  }

  find(input: RouteInput): RouteMatch | null {
    const { headers } = input;
    const named =
      this.virtualHostHeader === '' ? headers.authority : (headers.get(this.virtualHostHeader) ?? '');
    const host = this.domains.find(this.ignorePort ? withoutPort(named) : named);
    return host === null ? null : host.find(input);
  }
}
