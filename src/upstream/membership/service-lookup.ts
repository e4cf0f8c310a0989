import type { DnsChannels, ServiceAnswer } from './dns-channels.js';
import type { LookupFamily, NameAnswer, NameResolver, ResolvedAddress } from './name-resolver.js';

/** `_http._tcp.example.com` (RFC 2782). */
const serviceName = /^_[^.]+\._(?:tcp|udp)\../i;

/** Names of services have no address of their own: an endpoint that has such a name and no port asks for SRV records. */
export function isServiceName(name: string): boolean {
  return serviceName.test(name);
}

/**
 * The hosts of a service: what its SRV records name, each with the addresses of its name, whose TTLs count. Until all of
 * them are known nothing is: a name that fails for a moment takes no hosts away.
 */
export async function lookUpService(
  name: string,
  family: LookupFamily,
  channels: DnsChannels,
  names: NameResolver,
): Promise<NameAnswer> {
  const answer = await askServers(name, channels);
  if (answer.kind !== 'answered') return { isFailure: true, error: answer.error };
  const targets = answer.records.filter((record) => record.name !== '' && record.name !== '.');
  const found = await Promise.all(
    targets.map(async (target) => ({ target, answer: await names.resolve(target.name, family) })),
  );
  const addresses: ResolvedAddress[] = [];
  for (const { target, answer } of found) {
    if (answer.isFailure) return answer;
    for (const { ip, ttlSeconds } of answer.addresses) addresses.push({ ip, ttlSeconds, service: target });
  }
  return { isFailure: false, addresses };
}

/** The next server after one that fails, twice the wait after a silence of all of them. */
async function askServers(name: string, channels: DnsChannels): Promise<ServiceAnswer> {
  for (let turn = 0; ; ) {
    const answer = await channels.askService(name, turn);
    if (answer.kind === 'answered') return answer;
    turn += answer.kind === 'timeout' ? channels.serverCount : 1;
    if (turn >= channels.turns) return answer;
  }
}
