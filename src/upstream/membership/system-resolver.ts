import { lookup } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { AddrInfoResolver } from './addr-info-resolver.js';
import type { ResolverConfig } from './dns-config.js';
import { HostsFile } from './hosts-file.js';
import {
  ipFamily,
  type LookupFamily,
  type NameAnswer,
  type NameResolver,
  type ResolvedAddress,
} from './name-resolver.js';

/** Codes of c-ares that are an answer: the name does not exist, or has no address of that kind. */
const emptyCodes = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Names as Envoy's c-ares resolver finds them: addresses as they stand, the hosts file, then DNS. DNS is asked through
 * c-ares, which gives TTLs and blocks no pool thread; names that it does not know go to getaddrinfo once more, since
 * only that applies the search domains of resolv.conf. Servers given in the configuration are asked alone.
 */
export class SystemResolver implements NameResolver {
  private readonly resolver: Resolver;
  private readonly hosts: HostsFile;
  private readonly hasOwnServers: boolean;

  constructor({ servers, timeoutMs, tries }: ResolverConfig, hosts = new HostsFile()) {
    this.resolver = new Resolver({ timeout: timeoutMs, tries });
    this.hosts = hosts;
    this.hasOwnServers = servers.length > 0;
    if (this.hasOwnServers) this.resolver.setServers(servers);
  }

  async resolve(name: string, family: LookupFamily): Promise<NameAnswer> {
    if (ipFamily(name) !== 0) return answer([{ ip: name, ttlSeconds: Number.POSITIVE_INFINITY }]);
    switch (family) {
      case 'V4_ONLY':
        return this.ask(name, 4);
      case 'V6_ONLY':
        return this.ask(name, 6);
      case 'V4_PREFERRED':
        return this.askInTurn(name, 4, 6);
      case 'AUTO':
        return this.askInTurn(name, 6, 4);
      case 'ALL':
        return merge(await Promise.all([this.ask(name, 6), this.ask(name, 4)]));
    }
  }

  private async askInTurn(name: string, first: 4 | 6, second: 4 | 6): Promise<NameAnswer> {
    const preferred = await this.ask(name, first);
    if (!preferred.isFailure && preferred.addresses.length > 0) return preferred;
    return this.ask(name, second);
  }

  private async ask(name: string, family: 4 | 6): Promise<NameAnswer> {
    const local = this.hosts.find(name);
    if (local.length > 0) {
      const wanted = local.filter((ip) => ipFamily(ip) === family);
      return answer(wanted.map((ip) => ({ ip, ttlSeconds: Number.POSITIVE_INFINITY })));
    }
    try {
      const records = await (family === 4
        ? this.resolver.resolve4(name, { ttl: true })
        : this.resolver.resolve6(name, { ttl: true }));
      return answer(records.map(({ address, ttl }) => ({ ip: address, ttlSeconds: ttl })));
    } catch (error) {
      const code = codeOf(error);
      if (!emptyCodes.has(code)) return { isFailure: true, error: code };
      return this.hasOwnServers ? answer([]) : lookUp(name, family);
    }
  }
}

/** One resolver per configuration: each holds sockets of its own. */
export function systemResolvers(): (config: ResolverConfig) => NameResolver {
  const hosts = new HostsFile();
  const resolvers = new Map<string, NameResolver>();
  return (config) => {
    const key = JSON.stringify(config);
    let resolver = resolvers.get(key);
    if (resolver === undefined) {
      resolver = config.kind === 'getaddrinfo' ? new AddrInfoResolver() : new SystemResolver(config, hosts);
      resolvers.set(key, resolver);
    }
    return resolver;
  };
}

/** getaddrinfo, after DNS said that there is nothing: whatever goes wrong here leaves that answer standing. */
function lookUp(name: string, family: 4 | 6): Promise<NameAnswer> {
  return new Promise((resolve) => {
    lookup(name, { family, all: true }, (error, found) => {
      const addresses = error === null ? found : [];
      resolve(
        answer(addresses.map(({ address }) => ({ ip: address, ttlSeconds: Number.POSITIVE_INFINITY }))),
      );
    });
  });
}

/** Both families: one answer is enough. */
function merge(answers: readonly NameAnswer[]): NameAnswer {
  const addresses = answers.flatMap((each) => (each.isFailure ? [] : each.addresses));
  return addresses.length > 0 ? answer(addresses) : (answers.find((each) => each.isFailure) ?? answer([]));
}

function answer(addresses: readonly ResolvedAddress[]): NameAnswer {
  return { isFailure: false, addresses };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : String(error);
}
