import type { RouteExplanation, Trial } from '../api/explain.js';
import type { RouteInput, RouteMatch, RouteTableView } from '../api/route.js';
import type { RuntimeView } from '../api/runtime.js';
import type { RequestHeaders } from '../base/header-map.js';
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
  private readonly hosts: readonly VirtualHost[];

  constructor(config: RouteTableConfig, services: RouteServices) {
    this.name = config.name;
    this.internalOnlyHeaders = config.internalOnlyHeaders;
    const rules = buildRules(config.mutations);
    this.hosts = config.virtualHosts.map((host) => new VirtualHost(host, config, rules, services.runtime));
    this.domains = new DomainIndex(
      this.hosts.flatMap((host) => host.domains.map((domain) => [domain, host] as const)),
    );
    this.virtualHostHeader = config.virtualHostHeader;
    this.ignorePort = config.ignorePortInHost;
  }

  find(input: RouteInput): RouteMatch | null {
    const host = this.domains.find(this.hostName(input.headers));
    return host === null ? null : host.find(input);
  }

  explain(input: RouteInput): RouteExplanation {
    const authority = this.hostName(input.headers);
    const chosen = this.domains.find(authority);
    return {
      table: this.name,
      authority,
      virtualHosts: this.hosts.map((host) => hostTrial(host, host === chosen, authority)),
      ...(chosen?.explain(input) ?? { matcher: [], routes: [] }),
    };
  }

  private hostName(headers: RequestHeaders): string {
    const named =
      this.virtualHostHeader === '' ? headers.authority : (headers.get(this.virtualHostHeader) ?? '');
    return this.ignorePort ? withoutPort(named) : named;
  }
}

/** Domains are looked up, not tried in turn: all but the chosen one are told alike. */
function hostTrial({ name, domains, origin }: VirtualHost, isChosen: boolean, authority: string): Trial {
  const match = `domains ${domains.join(', ')}`;
  const failed = isChosen ? null : { condition: match, got: authority };
  return { name, match, origin, verdict: isChosen ? 'chosen' : 'failed', failed };
}
