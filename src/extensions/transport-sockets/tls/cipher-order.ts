import type { ClientHello } from '../../../codec/tls/client-hello.js';
import { cipherIds, groupIds, type TlsParamsConfig } from './tls-params.js';

/**
 * Which cipher a server takes depends on the client's order where its own list has several that are equally good: all
 * of TLS 1.3, and those in one pair of brackets below. OpenSSL knows no such groups, so a context is made for each
 * order that clients come with; there are a handful.
 */
export interface ClientOrder {
  readonly key: string;
  /** Whether the handshake is going to be one of TLS 1.3. */
  readonly speaks13: boolean;
  readonly ciphers12: readonly string[];
  readonly ciphers13: readonly string[];
  readonly groups: readonly string[];
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
  const group = speaks13 ? groupToAskFor(params, hello) : null;
  const groups = group === null ? params.groups : [group];
  const ciphers = speaks13 ? `13 ${ciphers13[0] ?? ''}` : `12 ${ciphers12.join()}`;
  const key = group === null ? ciphers : `${ciphers} ${group}`;
  return { key, speaks13, ciphers12, ciphers13, groups };
}

/** The group of a handshake: the server's order decides. Undefined when there is none. */
export function sharedGroup(params: TlsParamsConfig, hello: ClientHello): string | undefined {
  return params.groups.find((name) => hello.supportedGroups.includes(groupIds[name] ?? -1));
}

/**
 * OpenSSL takes the first key share that it knows, Envoy's library the group that the server likes best, even if the
 * client has to send another share for it. Null where both come to the same.
 */
function groupToAskFor(params: TlsParamsConfig, hello: ClientHello | null): string | null {
  if (hello === null) return null;
  const wanted = sharedGroup(params, hello);
  const taken = hello.keyShares.find((id) => params.groups.some((name) => groupIds[name] === id));
  return wanted === undefined || taken === undefined || taken === groupIds[wanted] ? null : wanted;
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
