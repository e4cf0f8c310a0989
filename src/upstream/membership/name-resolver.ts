import { parseIp } from '../../base/cidr.js';

/** Which addresses of a name are wanted, as `dns_lookup_family` says. */
export type LookupFamily = 'AUTO' | 'V4_ONLY' | 'V6_ONLY' | 'V4_PREFERRED' | 'ALL';

export interface ResolvedAddress {
  readonly ip: string;
  /** Infinity where the source has none (a hosts file). */
  readonly ttlSeconds: number;
  /** The SRV record that led to it. */
  readonly service?: ServiceTarget;
}

/** What an SRV record says (RFC 2782). Lower priorities come first; of one priority each has its share by weight. */
export interface ServiceTarget {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** No addresses is an answer too: the name does not exist, or has none of that family. */
export type NameAnswer =
  | {
      readonly isFailure: false;
      readonly addresses: readonly ResolvedAddress[];
      /** Which code of c-ares an answer without addresses had. */
      readonly emptiness?: string;
    }
  | { readonly isFailure: true; readonly error: string };

/** Turns names into addresses. Never rejects. */
export interface NameResolver {
  resolve(name: string, family: LookupFamily): Promise<NameAnswer>;
  /** The addresses of a service, by its SRV records. */
  resolveService(name: string, family: LookupFamily): Promise<NameAnswer>;
}

export function lookupFamily(name: string): LookupFamily {
  switch (name) {
    case 'V4_ONLY':
    case 'V6_ONLY':
    case 'V4_PREFERRED':
    case 'ALL':
      return name;
    default:
      return 'AUTO';
  }
}

/** 0 when the text is no address. */
export function ipFamily(text: string): 0 | 4 | 6 {
  const words = parseIp(text);
  if (words === null) return 0;
  return words.length === 1 ? 4 : 6;
}
