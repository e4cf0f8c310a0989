import type { StreamInfo } from '../../api/stream-info.js';
import { parseIp } from '../../base/cidr.js';

export interface HostAndPort {
  readonly name: string;
  readonly port: number;
}

/** `name:port`, `[::1]:port`, or a name alone with the port that goes without saying. */
export function splitHost(authority: string, defaultPort: number): HostAndPort {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(authority) ?? [];
  const name = bracketed ?? plain;
  if (name === undefined) return { name: authority, port: defaultPort };
  const port = digits === undefined ? defaultPort : Number(digits);
  return port > 65_535 ? { name: authority, port: defaultPort } : { name, port };
}

/** By which a cache and its clusters know a host. */
export function nameKey({ name, port }: HostAndPort): string {
  return parseIp(name)?.length === 4 ? `[${name}]:${port}` : `${name}:${port}`;
}

/** What connections and requests ask for in place of the name that they came with. */
const stateKeys = { host: 'envoy.upstream.dynamic_host', port: 'envoy.upstream.dynamic_port' } as const;

/** A host that filter state names; empty when it names none. */
export function hostInState(state: ReadonlyMap<string, unknown> | null | undefined): string {
  const host = state?.get(stateKeys.host);
  return typeof host === 'string' ? host : '';
}

/** A port that filter state names; 0 when it names none. */
export function portInState(state: ReadonlyMap<string, unknown> | null | undefined): number {
  const port = Number(state?.get(stateKeys.port) ?? 0);
  return Number.isInteger(port) && port > 0 && port <= 65_535 ? port : 0;
}

export const dynamicPortKey: string = stateKeys.port;

/** What a cluster chooses a host by: filter state before the host that the request or connection came with. */
export function chosenTarget(asked: string, info: StreamInfo | undefined, defaultPort: number): HostAndPort {
  const own = info?.filterState;
  const connection = info?.connection.filterState;
  const host = hostInState(own) || hostInState(connection) || asked;
  return splitHost(host, portInState(own) || portInState(connection) || defaultPort);
}
