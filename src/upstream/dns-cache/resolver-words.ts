import type { NameAnswer } from '../membership/name-resolver.js';

/** What c-ares calls its statuses. */
const texts: { readonly [code: string]: string } = {
  EBADNAME: 'Misformatted domain name',
  EBADRESP: 'Misformatted DNS reply',
  ECONNREFUSED: 'Could not contact DNS servers',
  EFORMERR: 'DNS server claims query was misformatted',
  ENODATA: 'DNS server returned answer with no data',
  ENOTFOUND: 'Domain name not found',
  ENOTIMP: 'DNS server does not implement requested operation',
  EREFUSED: 'DNS server refused query',
  ESERVFAIL: 'DNS server returned general failure',
  ETIMEOUT: 'Timeout while contacting DNS servers',
};

/** Response code details of a request whose name has no address. */
export function failureDetails(answer: NameAnswer): string {
  const [kind, code] = answer.isFailure
    ? ['cares_failure', answer.error]
    : ['cares_norecords', answer.emptiness ?? 'ENODATA'];
  return `dns_resolution_failure{${kind}:${(texts[code] ?? code).replaceAll(' ', '_')}}`;
}

export const timeoutDetails = 'dns_resolution_failure{resolve_timeout}';
