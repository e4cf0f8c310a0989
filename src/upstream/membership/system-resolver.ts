import { lookup } from 'node:dns';
import { type BoundStats, type StatScope, statBlock } from '../../api/stats.js';
import { AddrInfoResolver } from './addr-info-resolver.js';
import { answered, DnsChannels, type FamilyAnswer } from './dns-channels.js';
import type { ResolverConfig } from './dns-config.js';
import { HostsFile } from './hosts-file.js';
import {
  ipFamily,
  type LookupFamily,
  type NameAnswer,
  type NameResolver,
  type ResolvedAddress,
} from './name-resolver.js';
import { lookUpService } from './service-lookup.js';

/** `dns.cares.`, over all resolvers. */
export const ResolverStats = statBlock({
  counters: ['get_addr_failure', 'not_found', 'reinits', 'resolve_total', 'timeouts'],
  gauges: ['pending_resolutions'],
});

/** What one look for a name has come to, counted once. */
interface Outcome {
  readonly kind: 'answered' | 'timeout' | 'failure';
  readonly addresses: readonly ResolvedAddress[];
  readonly error: string;
  /** Questions that nobody answered in time. */
  readonly timeouts: number;
}

/**
 * Names as Envoy's c-ares resolver finds them: addresses as they stand, the hosts file, then DNS. DNS is asked through
 * c-ares, which gives TTLs and blocks no pool thread; names that it does not know go to getaddrinfo once more, since
 * only that applies the search domains of resolv.conf. Servers given in the configuration are asked alone.
 */
export class SystemResolver implements NameResolver {
  private readonly channels: DnsChannels;
  private readonly hosts: HostsFile;
  private readonly hasOwnServers: boolean;
  private readonly stats: BoundStats;

  constructor(config: ResolverConfig, stats: StatScope, hosts = new HostsFile()) {
    this.channels = new DnsChannels(config);
    this.hosts = hosts;
    this.hasOwnServers = config.servers.length > 0;
    this.stats = stats.bind('dns.cares', ResolverStats);
    this.stats.add(ResolverStats.pending_resolutions, 0);
  }

  async resolve(name: string, family: LookupFamily): Promise<NameAnswer> {
    switch (family) {
      case 'V4_ONLY':
        return this.settle(await this.look(name, [4]));
      case 'V6_ONLY':
        return this.settle(await this.look(name, [6]));
      case 'V4_PREFERRED':
        return this.lookInTurn(name, 4, 6);
      case 'AUTO':
        return this.lookInTurn(name, 6, 4);
      case 'ALL':
        return this.settle(await this.look(name, [4, 6]));
    }
  }

  resolveService(name: string, family: LookupFamily): Promise<NameAnswer> {
    return lookUpService(name, family, this.channels, this);
  }

  private async lookInTurn(name: string, first: 4 | 6, second: 4 | 6): Promise<NameAnswer> {
    const preferred = await this.look(name, [first]);
    if (preferred.addresses.length > 0) return this.settle(preferred);
    return this.settle(await this.look(name, [second]));
  }

  /** Envoy begins anew with c-ares after a server has failed; nothing here has to, and the counter says as much. */
  private settle({ kind, addresses, error }: Outcome): NameAnswer {
    if (kind === 'failure') this.stats.inc(ResolverStats.reinits);
    if (kind !== 'answered') return { isFailure: true, error };
    return error === '' ? { isFailure: false, addresses } : { isFailure: false, addresses, emptiness: error };
  }

  private async look(name: string, families: readonly (4 | 6)[]): Promise<Outcome> {
    const { stats } = this;
    stats.inc(ResolverStats.resolve_total);
    stats.add(ResolverStats.pending_resolutions, 1);
    const outcome = await this.find(name, families);
    stats.add(ResolverStats.pending_resolutions, -1);
    if (outcome.kind === 'timeout') stats.add(ResolverStats.timeouts, outcome.timeouts);
    else if (outcome.kind === 'failure') stats.inc(ResolverStats.get_addr_failure);
    else if (outcome.addresses.length === 0) stats.inc(ResolverStats.not_found);
    return outcome;
  }

  private async find(name: string, families: readonly (4 | 6)[]): Promise<Outcome> {
    if (ipFamily(name) !== 0) return found(withoutTtl([name]));
    const local = this.hosts.find(name);
    if (local.length > 0) {
      return found(withoutTtl(families.flatMap((family) => local.filter((ip) => ipFamily(ip) === family))));
    }
    const outcome = await this.ask(name, families);
    if (this.hasOwnServers || outcome.kind !== 'answered' || outcome.addresses.length > 0) return outcome;
    const answers = await Promise.all(families.map((family) => lookUp(name, family)));
    return found(answers.flat(), outcome.error);
  }

  /** Tries until one family has an answer with addresses, or each has some answer, or nobody is left to be asked. */
  private async ask(name: string, families: readonly (4 | 6)[]): Promise<Outcome> {
    const { channels } = this;
    let left = families;
    let timeouts = 0;
    for (let turn = 0; ; ) {
      const answers = await Promise.all(left.map((family) => channels.ask(name, family, turn)));
      const addresses = answers.flatMap((it) => (it.kind === 'answered' ? it.addresses : []));
      if (addresses.length > 0) return found(addresses);
      const silent = answers.filter(({ kind }) => kind === 'timeout').length;
      timeouts += silent * channels.serverCount;
      const worst = worstOf(answers);
      left = left.filter((_, i) => answers[i]?.kind !== 'answered');
      if (worst.kind === 'answered') return found([], worst.error);
      // A silence was that of every server.
      turn += silent === left.length ? channels.serverCount : 1;
      if (turn >= channels.turns) return { ...worst, addresses: [], timeouts };
    }
  }
}

/** One resolver per configuration: each holds sockets of its own. `shared` is that of whoever has none of their own. */
export function systemResolvers(
  stats: StatScope,
  shared: ResolverConfig,
): (config: ResolverConfig) => NameResolver {
  const hosts = new HostsFile();
  const resolvers = new Map<string, NameResolver>();
  return (own) => {
    const config = own.kind === 'shared' ? shared : own;
    const key = JSON.stringify(config);
    let resolver = resolvers.get(key);
    if (resolver === undefined) {
      resolver =
        config.kind === 'getaddrinfo' ? new AddrInfoResolver() : new SystemResolver(config, stats, hosts);
      resolvers.set(key, resolver);
    }
    return resolver;
  };
}

/** getaddrinfo, after DNS said that there is nothing: whatever goes wrong here leaves that answer standing. */
function lookUp(name: string, family: 4 | 6): Promise<readonly ResolvedAddress[]> {
  return new Promise((resolve) => {
    lookup(name, { family, all: true }, (error, records) => {
      resolve(error === null ? withoutTtl(records.map(({ address }) => address)) : []);
    });
  });
}

function worstOf(answers: readonly FamilyAnswer[]): FamilyAnswer {
  return answers.find(({ kind }) => kind !== 'answered') ?? answers[0] ?? answered([]);
}

function found(addresses: readonly ResolvedAddress[], emptiness = ''): Outcome {
  return { kind: 'answered', addresses, error: addresses.length > 0 ? '' : emptiness, timeouts: 0 };
}

function withoutTtl(ips: readonly string[]): readonly ResolvedAddress[] {
  return ips.map((ip) => ({ ip, ttlSeconds: Number.POSITIVE_INFINITY }));
}
