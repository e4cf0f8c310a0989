import type { RequestHeaders } from '../base/header-map.js';
import type { TransportOptions } from '../network/transport-socket.js';

/** `upstream_http_protocol_options`: the name that a request asks for becomes the server name of its connection. */
export type AutoSniConfig = {
  readonly setsServerName: boolean;
  readonly checksCertificate: boolean;
  /** Header to take the name from before the authority; empty: none. */
  readonly header: string;
};

/** A pool as this table sees it. */
interface Drainable {
  drain(): void;
}

/** Names at most for one cluster and thread: clients choose them. */
const mostNames = 1024;

/** Pools that differ in what their connections were told of the request's name; the oldest go when there are too many. */
export class NamedPools<P extends Drainable, H> {
  private readonly pools: Map<string, { readonly host: H; readonly pool: P }>;

  constructor() {
    this.pools = new Map();
  }

  find(host: H, slot: string, options: TransportOptions, make: () => P | null): P | null {
    const key = `${slot} ${options.key}`;
    const known = this.pools.get(key);
    if (known !== undefined && known.host === host) return known.pool;
    known?.pool.drain();
    if (this.pools.size >= mostNames) {
      const [oldest] = this.pools;
      if (oldest !== undefined) {
        this.pools.delete(oldest[0]);
        oldest[1].pool.drain();
      }
    }
    const pool = make();
    if (pool !== null) this.pools.set(key, { host, pool });
    return pool;
  }

  forget(pool: P): void {
    for (const [key, known] of this.pools) {
      if (known.pool !== pool) continue;
      this.pools.delete(key);
      return;
    }
  }

  /** Drops the pools of hosts that are gone. */
  keep(hosts: ReadonlySet<H>): void {
    for (const [key, { host, pool }] of this.pools) {
      if (hosts.has(host)) continue;
      this.pools.delete(key);
      pool.drain();
    }
  }

  *all(): Generator<readonly [H, P], void> {
    for (const { host, pool } of this.pools.values()) yield [host, pool];
  }

  drain(): void {
    for (const { pool } of this.pools.values()) pool.drain();
    this.pools.clear();
  }
}

const addressPattern = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$/;

/** What a request of that name asks of its connection. */
export function sniOptions(config: AutoSniConfig, headers: RequestHeaders): TransportOptions {
  const given = config.header === '' ? '' : (headers.get(config.header) ?? '');
  const name = withoutPort(given === '' ? headers.authority : given);
  const isAddress = addressPattern.test(name);
  const serverName = config.setsServerName && !isAddress ? name : '';
  const subjectAltNames = config.checksCertificate && name !== '' ? [name] : [];
  return {
    key: `${serverName} ${subjectAltNames.join()}`,
    serverName,
    subjectAltNames,
    alpn: [],
    alpnFallback: [],
  };
}

function withoutPort(authority: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(authority);
  if (bracketed !== null) return bracketed[1] ?? '';
  const colon = authority.indexOf(':');
  return colon < 0 || authority.includes(':', colon + 1) ? authority : authority.slice(0, colon);
}
