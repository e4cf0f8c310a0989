import type { ClientHello } from '../../../codec/tls/client-hello.js';
import { cipherIds, type TlsParamsConfig } from './tls-params.js';

/**
 * Which cipher a server takes depends on the client's order where its own list has several that are equally good: all
 * of TLS 1.3, and those in one pair of brackets below. OpenSSL knows no such groups, so a context is made for each
 * order that clients come with; there are a handful.
 */
export interface ClientOrder {
  readonly key: string;
  readonly ciphers12: readonly string[];
  readonly ciphers13: readonly string[];
}

const cipherIds13: { readonly [name: string]: number } = {
  TLS_AES_128_GCM_SHA256: 0x1301,
  TLS_AES_256_GCM_SHA384: 0x1302,
  TLS_CHACHA20_POLY1305_SHA256: 0x1303,
};

const tls13 = 0x0304;

/** The order for a client; without a readable ClientHello the configured one. */
export function clientOrder(
  params: TlsParamsConfig,
  hello: ClientHello | null,
  prefersClient: boolean,
): ClientOrder {
  const speaks13 = hello?.supportedVersions.includes(tls13) === true && params.maxVersion === 'TLSv1.3';
  const groups12 = prefersClient ? [params.cipherGroups.flat()] : params.cipherGroups;
  const suites = hello?.cipherSuites ?? [];
  const ciphers13 = speaks13 ? firstOf(params.ciphers13, suites) : params.ciphers13;
  const ciphers12 = speaks13 ? groups12.flat() : groups12.flatMap((group) => ranked(group, suites));
  return { key: speaks13 ? `13 ${ciphers13[0] ?? ''}` : `12 ${ciphers12.join()}`, ciphers12, ciphers13 };
}

/** The client's favourite in front. */
function firstOf(names: readonly string[], suites: readonly number[]): readonly string[] {
  for (const id of suites) {
    const favourite = names.find((name) => cipherIds13[name] === id);
    if (favourite !== undefined) return [favourite, ...names.filter((name) => name !== favourite)];
  }
  return names;
}

function ranked(group: readonly string[], suites: readonly number[]): readonly string[] {
  if (group.length < 2) return group;
  const rank = (name: string): number => {
    const at = suites.indexOf(cipherIds[name] ?? -1);
    return at < 0 ? suites.length : at;
  };
  return [...group].sort((a, b) => rank(a) - rank(b));
}

/** OpenSSL's cipher string. Envoy's library has no security levels, so neither do we. */
export function cipherString(params: TlsParamsConfig, { ciphers12, ciphers13 }: ClientOrder): string {
  const has13 = params.maxVersion === 'TLSv1.3';
  return [...(has13 ? ciphers13 : []), ...ciphers12, '@SECLEVEL=0'].join(':');
}
