import type { ConfigNode } from '../../../api/config-node.js';
import type { Plain } from '../../../base/plain.js';
import { parseCertificate } from './certificate-config.js';
import { parseValidation } from './validation-config.js';

/** What a secret may be; a reference names the kind it wants. */
export type SecretKind = 'tls_certificate' | 'validation_context' | 'session_ticket_keys' | 'generic_secret';

/** A ticket key as Envoy's configuration has it: 16 bytes of name, 32 for the MAC, 32 for the cipher. */
const ticketKeyBytes = 80;

/** Reads `TlsSessionTicketKeys`; each key is a list entry. */
export function parseTicketKeys(node: ConfigNode): readonly Uint8Array[] {
  return node.list('keys').flatMap((entry) => {
    // The entry is the data source itself.
    const bytes = entry.ownBytes();
    if (bytes === undefined) return [];
    if (bytes.length !== ticketKeyBytes) {
      entry.error(
        `Incorrect TLS session ticket key length. Length ${bytes.length}, expected length ${ticketKeyBytes}.`,
      );
      return [];
    }
    return [bytes];
  });
}

/** Reads what a `Secret` carries, if it is of that kind; undefined otherwise. */
export function parseSecret(node: ConfigNode, kind: SecretKind): Plain {
  const inner = node.message(kind);
  if (inner === undefined) return undefined;
  switch (kind) {
    case 'tls_certificate':
      return parseCertificate(inner, true);
    case 'validation_context':
      return parseValidation(inner);
    case 'session_ticket_keys':
      return parseTicketKeys(inner);
    case 'generic_secret':
      return inner.dataBytes('secret');
  }
}

/** What reloads when one of its files does: a reference to a secret in a file. */
export type SecretFile = {
  readonly path: string;
  /** Directory to watch instead of the file's own; empty for that. */
  readonly watchedDirectory: string;
};

/** The key of a secret in the thread's table; `null` file: from the bootstrap. */
export function secretKey(kind: SecretKind, name: string, path: string): string {
  return path === '' ? `${kind}/${name}` : `${kind}/${name}@${path}`;
}

/** Reads `SdsSecretConfig` into the key under which the secret will be found. */
export function parseSecretReference(node: ConfigNode, kind: SecretKind): string {
  const name = node.string('name');
  const source = node.message('sds_config');
  if (source === undefined) {
    const key = secretKey(kind, name, '');
    node.needs.secret({ key, kind, name, path: '', watchedDirectory: '' });
    return key;
  }
  source.noEffect('resource_api_version', 'version 3 is the only one');
  source.noEffect('initial_fetch_timeout', 'files are read at once');
  for (const other of ['api_config_source', 'ads', 'self'] as const) {
    source.unsupported(other, 'secrets come from files so far');
  }
  const file = source.message('path_config_source');
  const path = file?.string('path') || source.string('path');
  if (path === '') return '';
  const watchedDirectory = file?.message('watched_directory')?.string('path') ?? '';
  const key = secretKey(kind, name, path);
  node.needs.secret({ key, kind, name, path, watchedDirectory });
  return key;
}
