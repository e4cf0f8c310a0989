import type { ConfigNode } from '../api/config-node.js';
import type { ListenerFilter } from '../api/network-filter.js';
import type { ConnectionInfo } from '../api/stream-info.js';

/** `ListenerFilterChainMatchPredicate`: for which connections a listener filter is left out. */
export type GateConfig =
  | { readonly kind: 'any' }
  | { readonly kind: 'not'; readonly of: GateConfig }
  | { readonly kind: 'and' | 'or'; readonly of: readonly GateConfig[] }
  | { readonly kind: 'port'; readonly start: number; readonly end: number };

export function parseGate(node: ConfigNode): GateConfig {
  for (const kind of ['and', 'or'] as const) {
    const set = node.message(`${kind}_match`);
    if (set !== undefined) return { kind, of: set.list('rules').map(parseGate) };
  }
  const not = node.message('not_match');
  if (not !== undefined) return { kind: 'not', of: parseGate(not) };
  const range = node.message('destination_port_range');
  if (range !== undefined)
    return { kind: 'port', start: range.number('start', 0), end: range.number('end', 0) };
  node.bool('any_match');
  return { kind: 'any' };
}

/** Whether the filter is left out. */
export function gateHolds(gate: GateConfig, port: number): boolean {
  switch (gate.kind) {
    case 'any':
      return true;
    case 'not':
      return !gateHolds(gate.of, port);
    case 'and':
      return gate.of.every((it) => gateHolds(it, port));
    case 'or':
      return gate.of.some((it) => gateHolds(it, port));
    case 'port':
      return port >= gate.start && port < gate.end;
  }
}

/** A listener filter that is left out of some connections; decided at its turn, behind what filters before it restored. */
export class GatedFilter implements ListenerFilter {
  private readonly filter: ListenerFilter;
  private readonly gate: GateConfig;
  private readonly info: ConnectionInfo;
  private isOut: boolean | null;

  constructor(filter: ListenerFilter, gate: GateConfig, info: ConnectionInfo) {
    this.filter = filter;
    this.gate = gate;
    this.info = info;
    this.isOut = null;
  }

  get maxReadBytes(): number {
    return this.decide() ? 0 : this.filter.maxReadBytes;
  }

  get consumedBytes(): number {
    return this.decide() ? 0 : this.filter.consumedBytes;
  }

  inspect(peeked: Buffer, length: number): 'continue' | 'wait' | 'close' {
    return this.decide() ? 'continue' : this.filter.inspect(peeked, length);
  }

  private decide(): boolean {
    this.isOut ??= gateHolds(this.gate, this.info.localAddress.port);
    return this.isOut;
  }
}
