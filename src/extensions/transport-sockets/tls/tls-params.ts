import type { ConfigNode } from '../../../api/config-node.js';

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** `TlsParameters` in OpenSSL's words. */
export type TlsParamsConfig = {
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /** Of TLS up to 1.2, in order; those of one group count as equally good. */
  readonly cipherGroups: readonly (readonly string[])[];
  /** Of TLS 1.3. */
  readonly ciphers13: readonly string[];
  readonly groups: readonly string[];
  readonly signatureAlgorithms: readonly string[];
};

/** Code points of the ciphers that Envoy's TLS library knows, below TLS 1.3. */
export const cipherIds: { readonly [name: string]: number } = {
  'ECDHE-ECDSA-AES128-GCM-SHA256': 0xc02b,
  'ECDHE-ECDSA-AES256-GCM-SHA384': 0xc02c,
  'ECDHE-ECDSA-CHACHA20-POLY1305': 0xcca9,
  'ECDHE-ECDSA-AES128-SHA': 0xc009,
  'ECDHE-ECDSA-AES256-SHA': 0xc00a,
  'ECDHE-RSA-AES128-GCM-SHA256': 0xc02f,
  'ECDHE-RSA-AES256-GCM-SHA384': 0xc030,
  'ECDHE-RSA-CHACHA20-POLY1305': 0xcca8,
  'ECDHE-RSA-AES128-SHA': 0xc013,
  'ECDHE-RSA-AES256-SHA': 0xc014,
  'ECDHE-RSA-AES128-SHA256': 0xc027,
  'AES128-GCM-SHA256': 0x009c,
  'AES256-GCM-SHA384': 0x009d,
  'AES128-SHA': 0x002f,
  'AES256-SHA': 0x0035,
};

/** Ciphers that Envoy's library knows and this Node's lacks: accepted, never agreed on. */
const unknownHere = /^(?:DES-CBC3-SHA|(?:ECDHE-)?PSK-.*)$/;

const defaultCiphers = [
  '[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]',
  '[ECDHE-RSA-AES128-GCM-SHA256|ECDHE-RSA-CHACHA20-POLY1305]',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
];

/** Groups by Envoy's names: what OpenSSL calls them, and their code points. */
const groupNames: { readonly [name: string]: string } = {
  X25519: 'X25519',
  x25519: 'X25519',
  'P-256': 'P-256',
  prime256v1: 'P-256',
  'P-384': 'P-384',
  secp384r1: 'P-384',
  'P-521': 'P-521',
  secp521r1: 'P-521',
};

export const groupIds: { readonly [name: string]: number } = {
  X25519: 0x1d,
  'P-256': 0x17,
  'P-384': 0x18,
  'P-521': 0x19,
};

/** Post-quantum groups: Envoy's library has them, this Node's does not; the others on the list are used. */
const unknownGroups = /^X25519MLKEM768$/;

/** What Envoy's library accepts of a peer's signatures, in its order. */
export const defaultSignatureAlgorithms = [
  'ecdsa_secp256r1_sha256',
  'rsa_pss_rsae_sha256',
  'rsa_pkcs1_sha256',
  'ecdsa_secp384r1_sha384',
  'rsa_pss_rsae_sha384',
  'rsa_pkcs1_sha384',
  'rsa_pss_rsae_sha512',
  'rsa_pkcs1_sha512',
];

const signatureNames = new Set([
  ...defaultSignatureAlgorithms,
  'ecdsa_secp521r1_sha512',
  'ed25519',
  'rsa_pkcs1_sha1',
  'ecdsa_sha1',
]);

const versions: { readonly [name: string]: TlsVersion } = {
  TLSv1_0: 'TLSv1',
  TLSv1_1: 'TLSv1.1',
  TLSv1_2: 'TLSv1.2',
  TLSv1_3: 'TLSv1.3',
};

/** What holds without `tls_params`; clients stop at TLS 1.2 by default, as Envoy's do. */
export function defaultTlsParams(isServer: boolean): TlsParamsConfig {
  return {
    minVersion: 'TLSv1.2',
    maxVersion: isServer ? 'TLSv1.3' : 'TLSv1.2',
    cipherGroups: defaultCiphers.map(groupOf),
    ciphers13: allCiphers13,
    groups: ['X25519', 'P-256'],
    signatureAlgorithms: defaultSignatureAlgorithms,
  };
}

/** Reads `TlsParameters`. */
export function parseTlsParams(node: ConfigNode | undefined, isServer: boolean): TlsParamsConfig {
  const defaults = defaultTlsParams(isServer);
  if (node === undefined) return defaults;
  const minVersion = versions[node.enum('tls_minimum_protocol_version')] ?? defaults.minVersion;
  const maxVersion = versions[node.enum('tls_maximum_protocol_version')] ?? defaults.maxVersion;
  const own = {
    minVersion,
    maxVersion,
    cipherGroups: parseCiphers(node) ?? defaults.cipherGroups,
    ciphers13: allCiphers13,
    groups: parseGroups(node) ?? defaults.groups,
    signatureAlgorithms: parseSignatures(node) ?? defaults.signatureAlgorithms,
  };
  const [policy] = node.enums('compliance_policies');
  if (policy === undefined) return own;
  if (policy !== 'FIPS_202205') node.unsupported('compliance_policies', `policy ${policy}`);
  node.warn('FIPS conformance policy applied on a non-FIPS build', 'compliance_policies');
  return { ...own, ...fips202205 };
}

const allCiphers13 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];

/** NIST SP 800-52r2 as Envoy's library applies it. */
const fips202205 = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  cipherGroups: [
    ['ECDHE-ECDSA-AES128-GCM-SHA256'],
    ['ECDHE-RSA-AES128-GCM-SHA256'],
    ['ECDHE-ECDSA-AES256-GCM-SHA384'],
    ['ECDHE-RSA-AES256-GCM-SHA384'],
  ],
  ciphers13: ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'],
  groups: ['P-256', 'P-384'],
} as const;

function groupOf(entry: string): string[] {
  return entry.startsWith('[') && entry.endsWith(']') ? entry.slice(1, -1).split('|') : [entry];
}

/** Words of a cipher string that stand for every cipher. */
const everyCipher = new Set(['ALL', 'DEFAULT', 'HIGH', 'FIPS']);

function parseCiphers(node: ConfigNode): readonly (readonly string[])[] | null {
  const entries = node.strings('cipher_suites');
  if (entries.length === 0) return null;
  let groups: string[][] = [];
  const bad: string[] = [];
  for (const entry of entries.flatMap((text) => text.split(':'))) {
    const isRemoval = /^[-!]/.test(entry);
    const names = groupOf(entry.replace(/^[-!+]/, ''));
    bad.push(...names.filter((name) => !isCipher(name)));
    const known = names.flatMap((name) => (everyCipher.has(name) ? Object.keys(cipherIds) : name));
    const mine = known.filter((name) => cipherIds[name] !== undefined);
    if (isRemoval) groups = groups.map((group) => group.filter((name) => !mine.includes(name)));
    else if (entry.startsWith('[')) groups.push(mine);
    else groups.push(...mine.map((name) => [name]));
  }
  if (bad.length > 0) {
    node.error(
      `Failed to initialize cipher suites ${entries.join(':')}. The following ciphers were rejected when tried individually: ${bad.join(', ')}`,
      'cipher_suites',
    );
  }
  return groups.filter((group) => group.length > 0);
}

function isCipher(name: string): boolean {
  return cipherIds[name] !== undefined || everyCipher.has(name) || unknownHere.test(name);
}

function parseGroups(node: ConfigNode): readonly string[] | null {
  const names = node.strings('ecdh_curves');
  if (names.length === 0) return null;
  if (names.some((name) => groupNames[name] === undefined && !unknownGroups.test(name))) {
    node.error(`Failed to initialize ECDH curves ${names.join(':')}`, 'ecdh_curves');
    return null;
  }
  const known = names.flatMap((name) => groupNames[name] ?? []);
  if (known.length < names.length) node.warn('this Node has no post-quantum groups', 'ecdh_curves');
  return known.length > 0 ? known : null;
}

function parseSignatures(node: ConfigNode): readonly string[] | null {
  const names = node.strings('signature_algorithms');
  if (names.length === 0) return null;
  if (names.some((name) => !signatureNames.has(name))) {
    node.error(`Failed to initialize TLS signature algorithms ${names.join(':')}`, 'signature_algorithms');
  }
  return names;
}
