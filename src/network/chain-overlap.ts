import type { ConfigNode } from '../api/config-node.js';
import { CidrRange } from '../base/cidr.js';
import { emptyMatch, type FilterChainMatchConfig } from './chain-match-config.js';

/** A chain as far as others may be in its way. */
interface NamedChain {
  readonly name: string;
  readonly match: FilterChainMatchConfig | null;
}

/** Refuses chains that ask for the same, as a whole or in one of the combinations of what their lists name. */
export function checkOverlaps(node: ConfigNode, chains: readonly NamedChain[], listener: string): void {
  const matches = new Map<string, string>();
  const taken = new Set<string>();
  for (const { name, match } of chains) {
    const asked = matchText(match ?? emptyMatch);
    const earlier = matches.get(asked);
    matches.set(asked, name);
    const problem =
      earlier !== undefined
        ? `filter chain '${name}' has the same matching rules defined as '${earlier}'. duplicate matcher is: ${asked}`
        : takesNew(match ?? emptyMatch, taken)
          ? undefined
          : 'multiple filter chains with overlapping matching rules are defined';
    if (problem === undefined) continue;
    node.error(`error adding listener '${listener}': ${problem}`, 'filter_chains');
    return;
  }
}

/** A matcher finds chains by their names. */
export function checkNames(node: ConfigNode, chains: readonly NamedChain[], listener: string): void {
  const seen = new Set<string>();
  for (const { name } of chains) {
    const text = `error adding listener '${listener}': "name" field is`;
    if (name === '') node.error(`${text} required when using a listener matcher`, 'filter_chains');
    else if (seen.has(name)) node.error(`${text} duplicated with value '${name}'`, 'filter_chains');
    seen.add(name);
  }
}

/** The message as JSON, its fields in the order of their numbers. */
function matchText(match: FilterChainMatchConfig): string {
  const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);
  const ranges = (texts: readonly string[]): readonly object[] | undefined =>
    some(
      texts.map((text) => {
        const slash = text.lastIndexOf('/');
        return { address_prefix: text.slice(0, slash), prefix_len: Number(text.slice(slash + 1)) };
      }),
    );
  return JSON.stringify({
    prefix_ranges: ranges(match.prefixRanges),
    source_prefix_ranges: ranges(match.sourcePrefixRanges),
    source_ports: some(match.sourcePorts),
    destination_port: match.destinationPort || undefined,
    transport_protocol: match.transportProtocol || undefined,
    application_protocols: some(match.applicationProtocols),
    server_names: some(match.serverNames),
    source_type: match.sourceType === 'ANY' ? undefined : match.sourceType,
    direct_source_prefix_ranges: ranges(match.directSourcePrefixRanges),
  });
}

/** More than that is not looked at: every combination takes memory. */
const mostCombinations = 1_000_000;

/** Adds each combination of what the lists of a match name; answers whether none of them was there. */
function takesNew(match: FilterChainMatchConfig, taken: Set<string>): boolean {
  const any = <T>(list: readonly T[]): readonly (T | '')[] => (list.length === 0 ? [''] : list);
  const lists: readonly (readonly (string | number)[])[] = [
    [match.destinationPort],
    any(match.prefixRanges.map(networkText)),
    any(match.serverNames),
    [match.transportProtocol],
    any(match.applicationProtocols),
    any(match.directSourcePrefixRanges.map(networkText)),
    [match.sourceType],
    any(match.sourcePrefixRanges.map(networkText)),
    any(match.sourcePorts),
  ];
  let combinations = [''];
  for (const list of lists) {
    if (combinations.length * list.length > mostCombinations) return true;
    combinations = combinations.flatMap((begun) => list.map((value) => `${begun}|${value}`));
  }
  for (const combination of combinations) {
    if (taken.has(combination)) return false;
    taken.add(combination);
  }
  return true;
}

/** Without the bits behind the prefix. */
function networkText(range: string): string {
  const slash = range.lastIndexOf('/');
  return CidrRange.parse(range.slice(0, slash), Number(range.slice(slash + 1)))?.toString() ?? range;
}
