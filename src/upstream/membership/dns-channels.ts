import { Resolver } from 'node:dns/promises';
import type { ResolverConfig } from './dns-config.js';
import type { ResolvedAddress, ServiceTarget } from './name-resolver.js';

/** What one question about one family of addresses has come to. */
export type FamilyAnswer =
  | {
      readonly kind: 'answered';
      readonly addresses: readonly ResolvedAddress[];
      /** The code of an answer without addresses. */
      readonly error: string;
    }
  /** Nobody answered in time. */
  | { readonly kind: 'timeout'; readonly error: string }
  /** A server could not or would not answer. */
  | { readonly kind: 'failure'; readonly error: string };

/** The same of a question about the SRV records of a service. */
export type ServiceAnswer =
  | { readonly kind: 'answered'; readonly records: readonly ServiceTarget[] }
  | { readonly kind: 'timeout' | 'failure'; readonly error: string };

/** Codes of c-ares that are an answer: the name does not exist, or has no address of that kind. */
const emptyCodes = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Channels of c-ares to the same servers, for one try each. Node hands out a server's failure at once, where c-ares by
 * itself would ask the next server; so a try that follows one takes a channel that begins with the next server, and one
 * that follows a silence of all servers a channel that waits twice as long.
 */
export class DnsChannels {
  private readonly config: ResolverConfig;
  private readonly servers: readonly string[];
  private readonly byTurn: Map<number, Resolver>;

  constructor(config: ResolverConfig) {
    this.config = config;
    this.servers = config.servers.length > 0 ? config.servers : new Resolver().getServers();
    this.byTurn = new Map();
  }

  get serverCount(): number {
    return Math.max(1, this.servers.length);
  }

  /** Turns from 0 on go round the servers, as often as there are tries. */
  get turns(): number {
    return this.config.tries * this.serverCount;
  }

  async ask(name: string, family: 4 | 6, turn: number): Promise<FamilyAnswer> {
    const channel = this.channel(turn);
    try {
      const records = await (family === 4
        ? channel.resolve4(name, { ttl: true })
        : channel.resolve6(name, { ttl: true }));
      return answered(records.map(({ address, ttl }) => ({ ip: address, ttlSeconds: ttl })));
    } catch (error) {
      const code = codeOf(error);
      return emptyCodes.has(code) ? answered([], code) : unanswered(code);
    }
  }

  async askService(name: string, turn: number): Promise<ServiceAnswer> {
    try {
      return { kind: 'answered', records: await this.channel(turn).resolveSrv(name) };
    } catch (error) {
      const code = codeOf(error);
      return emptyCodes.has(code) ? { kind: 'answered', records: [] } : unanswered(code);
    }
  }

  private channel(turn: number): Resolver {
    let channel = this.byTurn.get(turn);
    if (channel !== undefined) return channel;
    const timeout = this.config.timeoutMs * 2 ** Math.floor(turn / this.serverCount);
    channel = new Resolver({ timeout, tries: 1 });
    const first = turn % this.serverCount;
    if (this.servers.length > 0) {
      channel.setServers([...this.servers.slice(first), ...this.servers.slice(0, first)]);
    }
    this.byTurn.set(turn, channel);
    return channel;
  }
}

export function answered(addresses: readonly ResolvedAddress[], error = ''): FamilyAnswer {
  return { kind: 'answered', addresses, error };
}

function unanswered(code: string): { readonly kind: 'timeout' | 'failure'; readonly error: string } {
  return { kind: code === 'ETIMEOUT' ? 'timeout' : 'failure', error: code };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : String(error);
}
