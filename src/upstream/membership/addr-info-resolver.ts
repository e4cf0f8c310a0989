import { lookup } from 'node:dns';
import {
  ipFamily,
  type LookupFamily,
  type NameAnswer,
  type NameResolver,
  type ResolvedAddress,
} from './name-resolver.js';

const noTtl = Number.POSITIVE_INFINITY;
/** There is no such name, or nothing of that family: an answer, and no fault of the resolver's. */
const emptyCodes = new Set(['ENOTFOUND', 'ENODATA', 'EAI_NODATA', 'EAI_NONAME']);

/** Names as getaddrinfo finds them: all of the system's sources, and no TTL. */
export class AddrInfoResolver implements NameResolver {
  async resolve(name: string, family: LookupFamily): Promise<NameAnswer> {
    if (ipFamily(name) !== 0) return found([name]);
    const answer = await lookUpAll(name);
    if (answer.isFailure) return answer;
    const ips = answer.addresses.map(({ ip }) => ip);
    const of = (wanted: 4 | 6): readonly string[] => ips.filter((ip) => ipFamily(ip) === wanted);
    switch (family) {
      case 'V4_ONLY':
        return found(of(4));
      case 'V6_ONLY':
        return found(of(6));
      case 'V4_PREFERRED':
        return found(of(4).length > 0 ? of(4) : of(6));
      case 'AUTO':
        return found(of(6).length > 0 ? of(6) : of(4));
      case 'ALL':
        return found(ips);
    }
  }

  resolveService(): Promise<NameAnswer> {
    return Promise.resolve({ isFailure: true, error: 'getaddrinfo knows no SRV records' });
  }
}

function lookUpAll(name: string): Promise<NameAnswer> {
  return new Promise((resolve) => {
    lookup(name, { all: true, verbatim: true }, (error, records) => {
      if (error === null) resolve(found(records.map(({ address }) => address)));
      else if (emptyCodes.has(error.code ?? '')) resolve(found([]));
      else resolve({ isFailure: true, error: error.code ?? error.message });
    });
  });
}

function found(ips: readonly string[]): NameAnswer {
  const addresses: readonly ResolvedAddress[] = ips.map((ip) => ({ ip, ttlSeconds: noTtl }));
  return { isFailure: false, addresses };
}
