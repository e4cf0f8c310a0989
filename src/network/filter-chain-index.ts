import type { FailedCondition, Trial } from '../api/explain.js';
import type { Address, ConnectionInfo } from '../api/stream-info.js';
import { CidrRange, parseIp, unmapIpv4 } from '../base/cidr.js';
import { isLocalPeer } from '../match/local-peer.js';
import { emptyMatch, type FilterChainMatchConfig } from './chain-match-config.js';
import type { FilterChainConfig, ListenerConfig } from './listener-config.js';

/** A chain with its ranges compiled. */
interface Entry {
  readonly chain: FilterChainConfig;
  readonly match: FilterChainMatchConfig;
  readonly destinations: readonly CidrRange[];
  readonly directSources: readonly CidrRange[];
  readonly sources: readonly CidrRange[];
}

/**
 * Chooses a filter chain. Criteria are looked at in Envoy's fixed order; at each of them the most specific group of
 * chains is kept and the others are dropped for good, so a failure further down never goes back.
 */
export class FilterChainIndex {
  private readonly entries: readonly Entry[];
  private readonly fallback: FilterChainConfig | null;

  constructor(config: ListenerConfig) {
    this.entries = config.chains.map(entryOf);
    this.fallback = config.defaultChain;
  }

  /** The chain for that connection; null when none matches and there is no default. */
  find(info: ConnectionInfo): FilterChainConfig | null {
    const only = this.entries[0];
    if (this.entries.length === 1 && only !== undefined && only.chain.match === null) return only.chain;
    let left = this.entries;
    for (const { narrow } of criteria) left = narrow(left, info);
    return left[0]?.chain ?? this.fallback;
  }

  /** Every chain with the criterion that dropped it. */
  explain(info: ConnectionInfo): readonly Trial[] {
    const dropped = new Map<Entry, FailedCondition>();
    let left = this.entries;
    for (const { narrow, ask, got } of criteria) {
      const kept = narrow(left, info);
      for (const entry of left)
        if (!kept.includes(entry)) dropped.set(entry, { condition: ask(entry.match), got: got(info) });
      left = kept;
    }
    const chosen = this.find(info);
    const trials = this.entries.map((entry) => {
      const { chain, match } = entry;
      return chainTrial(chain, matchText(match), chain === chosen, dropped.get(entry) ?? null);
    });
    if (this.fallback === null) return trials;
    return [...trials, chainTrial(this.fallback, 'any other connection', this.fallback === chosen, null)];
  }
}

/** One of the things that chains may ask for, in Envoy's order. */
interface Criterion {
  narrow(entries: readonly Entry[], info: ConnectionInfo): readonly Entry[];
  /** What a chain asks, in words. */
  ask(match: FilterChainMatchConfig): string;
  got(info: ConnectionInfo): string;
}

function listed(what: string, values: readonly (string | number)[]): string {
  return values.length === 0 ? `any ${what}` : `${what} ${values.join(', ')}`;
}

const criteria: readonly Criterion[] = [
  {
    narrow: (left, info) => byPort(left, info.localAddress.port),
    ask: ({ destinationPort }) => listed('destination port', destinationPort === 0 ? [] : [destinationPort]),
    got: ({ localAddress }) => String(localAddress.port),
  },
  {
    narrow: (left, { localAddress }) => byRange(left, ipOf(localAddress), (it) => it.destinations),
    ask: ({ prefixRanges }) => listed('destination', prefixRanges),
    got: ({ localAddress }) => localAddress.ip,
  },
  {
    narrow: (left, info) => byServerName(left, info.requestedServerName),
    ask: ({ serverNames }) => listed('server name', serverNames),
    got: ({ requestedServerName }) => requestedServerName || 'none',
  },
  {
    narrow: (left, info) => byTransport(left, info.transportProtocol || 'raw_buffer'),
    ask: ({ transportProtocol }) =>
      listed('transport protocol', transportProtocol === '' ? [] : [transportProtocol]),
    got: ({ transportProtocol }) => transportProtocol || 'raw_buffer',
  },
  {
    narrow: (left, info) => byApplication(left, info.applicationProtocols),
    ask: ({ applicationProtocols }) => listed('application protocol', applicationProtocols),
    got: ({ applicationProtocols }) => applicationProtocols.join(', ') || 'none',
  },
  {
    narrow: (left, info) => byRange(left, ipOf(info.directRemoteAddress), (it) => it.directSources),
    ask: ({ directSourcePrefixRanges }) => listed('direct source', directSourcePrefixRanges),
    got: ({ directRemoteAddress }) => directRemoteAddress.ip,
  },
  {
    narrow: bySourceType,
    ask: ({ sourceType }) => listed('source type', sourceType === 'ANY' ? [] : [sourceType]),
    got: ({ remoteAddress }) => remoteAddress.ip,
  },
  {
    narrow: (left, info) => byRange(left, ipOf(info.remoteAddress), (it) => it.sources),
    ask: ({ sourcePrefixRanges }) => listed('source', sourcePrefixRanges),
    got: ({ remoteAddress }) => remoteAddress.ip,
  },
  {
    narrow: (left, info) => bySourcePort(left, info.remoteAddress.port),
    ask: ({ sourcePorts }) => listed('source port', sourcePorts),
    got: ({ remoteAddress }) => String(remoteAddress.port),
  },
];

function ipOf({ isIp, ip }: Address): string | null {
  return isIp ? ip : null;
}

/** Everything that a chain asks for. */
function matchText(match: FilterChainMatchConfig): string {
  const asked = criteria.map(({ ask }) => ask(match)).filter((text) => !text.startsWith('any '));
  return asked.length === 0 ? 'any connection' : asked.join(' and ');
}

function chainTrial(
  { name, origin }: FilterChainConfig,
  match: string,
  isChosen: boolean,
  failed: FailedCondition | null,
): Trial {
  const verdict = isChosen ? 'chosen' : failed === null ? 'not-reached' : 'failed';
  return { name, match, origin, verdict, failed };
}

function entryOf(chain: FilterChainConfig): Entry {
  const match = chain.match ?? emptyMatch;
  return {
    chain,
    match,
    destinations: rangesOf(match.prefixRanges),
    directSources: rangesOf(match.directSourcePrefixRanges),
    sources: rangesOf(match.sourcePrefixRanges),
  };
}

function rangesOf(texts: readonly string[]): CidrRange[] {
  return texts.flatMap((text) => {
    const slash = text.lastIndexOf('/');
    return CidrRange.parse(text.slice(0, slash), Number(text.slice(slash + 1))) ?? [];
  });
}

/** The entries that name the value, or else those that name none. */
function specificOr(
  entries: readonly Entry[],
  isSpecific: (entry: Entry) => boolean,
  isOpen: (entry: Entry) => boolean,
): readonly Entry[] {
  const specific = entries.filter(isSpecific);
  return specific.length > 0 ? specific : entries.filter(isOpen);
}

function byPort(entries: readonly Entry[], port: number): readonly Entry[] {
  return specificOr(
    entries,
    (it) => it.match.destinationPort !== 0 && it.match.destinationPort === port,
    (it) => it.match.destinationPort === 0,
  );
}

function byRange(
  entries: readonly Entry[],
  ip: string | null,
  rangesOfEntry: (entry: Entry) => readonly CidrRange[],
): readonly Entry[] {
  const open = (): readonly Entry[] => entries.filter((it) => rangesOfEntry(it).length === 0);
  const parsed = ip === null ? null : parseIp(ip);
  if (parsed === null) return open();
  const words = unmapIpv4(parsed);
  let longest = -1;
  const lengths = entries.map((it) => {
    let best = -1;
    for (const range of rangesOfEntry(it))
      if (range.contains(words)) best = Math.max(best, range.prefixLength);
    longest = Math.max(longest, best);
    return best;
  });
  return longest < 0 ? open() : entries.filter((_, i) => lengths[i] === longest);
}

function byServerName(entries: readonly Entry[], name: string): readonly Entry[] {
  if (name !== '') {
    const exact = entries.filter((it) => it.match.serverNames.includes(name));
    if (exact.length > 0) return exact;
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const wildcard = `*${name.slice(dot)}`;
      const matching = entries.filter((it) => it.match.serverNames.includes(wildcard));
      if (matching.length > 0) return matching;
    }
  }
  return entries.filter(({ match: { serverNames } }) => serverNames.length === 0 || serverNames.includes(''));
}

function byTransport(entries: readonly Entry[], protocol: string): readonly Entry[] {
  return specificOr(
    entries,
    (it) => it.match.transportProtocol === protocol,
    (it) => it.match.transportProtocol === '',
  );
}

function byApplication(entries: readonly Entry[], protocols: readonly string[]): readonly Entry[] {
  for (const protocol of protocols) {
    const matching = entries.filter((it) => it.match.applicationProtocols.includes(protocol));
    if (matching.length > 0) return matching;
  }
  return entries.filter(
    ({ match }) => match.applicationProtocols.length === 0 || match.applicationProtocols.includes(''),
  );
}

function bySourceType(entries: readonly Entry[], info: ConnectionInfo): readonly Entry[] {
  const wanted = isLocalPeer(info) ? 'SAME_IP_OR_LOOPBACK' : 'EXTERNAL';
  return specificOr(
    entries,
    (it) => it.match.sourceType === wanted,
    (it) => it.match.sourceType === 'ANY',
  );
}

function bySourcePort(entries: readonly Entry[], port: number): readonly Entry[] {
  return specificOr(
    entries,
    (it) => it.match.sourcePorts.includes(port),
    (it) => it.match.sourcePorts.length === 0,
  );
}
