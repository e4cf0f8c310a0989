import type { Explanation, Probe } from '../api/explain.js';
import type { BindConfig, FilterChainConfig, ListenerConfig } from '../network/listener-config.js';

/** A listener that can be asked. */
export interface AskedListener {
  readonly config: ListenerConfig;
  explain(probe: Probe): Explanation;
}

/** What the proxy would do with a request: chooses the listener that it would come to, and asks it. */
export function explainProbe(listeners: readonly AskedListener[], probe: Probe): Explanation {
  const choice = chooseListener(listeners, probe);
  if (typeof choice === 'string') return withoutListener(probe, choice);
  const { listener, why, bind } = choice;
  const told = listener.explain(bind === null ? probe : { ...probe, ...destinationOf(bind, probe) });
  return { ...told, probe, listener: told.listener === null ? null : { ...told.listener, why } };
}

/** An explanation without an answer. */
export function withoutListener(probe: Probe, problem: string): Explanation {
  return { probe, problem, notes: [], listener: null, chains: [], chain: null, protocol: null };
}

interface Choice {
  readonly listener: AskedListener;
  readonly why: string;
  /** The address that was met; null: its first. */
  readonly bind: BindConfig | null;
}

/** A text says why there is none. */
function chooseListener(listeners: readonly AskedListener[], probe: Probe): Choice | string {
  if (probe.listener !== '') {
    const named = listeners.find(({ config }) => config.name === probe.listener);
    if (named !== undefined) return { listener: named, why: 'named on the command line', bind: null };
    const names = listeners.map(({ config }) => config.name).join(', ');
    return `no listener '${probe.listener}'; there are ${names}`;
  }
  const [first] = listeners;
  if (first === undefined) return 'there is no listener';
  const port = probe.destinationPort || portOf(probe);
  for (const listener of listeners) {
    const bind = listener.config.bind.find((it) => !it.isPipe && it.port === port && takes(it, probe));
    if (bind !== undefined) return { listener, why: `it listens on port ${port}`, bind };
  }
  if (listeners.length === 1)
    return { listener: first, why: `the only one; it does not listen on port ${port}`, bind: null };
  const fitting = listeners.filter(({ config }) => isFit(config, probe));
  const listener = fitting[0] ?? first;
  const kind = probe.kind === 'tcp' ? 'TCP' : probe.isTls ? 'HTTP over TLS' : 'HTTP in clear text';
  const others = fitting.length > 1 ? `; ${fitting.length - 1} others do as well, see --listener` : '';
  return { listener, why: `none listens on port ${port}, and it takes ${kind}${others}`, bind: null };
}

function destinationOf(bind: BindConfig, probe: Probe): Pick<Probe, 'destinationIp' | 'destinationPort'> {
  return { destinationIp: probe.destinationIp || bind.address, destinationPort: bind.port };
}

/** Port of the authority, else that of the scheme. */
function portOf({ authority, scheme }: Probe): number {
  const found = /:(\d{1,5})$/.exec(authority);
  if (found !== null) return Number(found[1]);
  return scheme === 'https' ? 443 : 80;
}

function takes({ address }: BindConfig, { destinationIp }: Probe): boolean {
  return destinationIp === '' || address === '0.0.0.0' || address === '::' || address === destinationIp;
}

function isFit({ chains, defaultChain }: ListenerConfig, { kind, isTls }: Probe): boolean {
  const all = defaultChain === null ? chains : [...chains, defaultChain];
  const speaksHttp = ({ filters }: FilterChainConfig): boolean =>
    filters.some(({ typeUrl }) => typeUrl.endsWith('.HttpConnectionManager'));
  if (kind === 'tcp') return all.some((chain) => !speaksHttp(chain));
  return all.some((chain) => speaksHttp(chain) && (chain.transport !== null) === isTls);
}
