import { createHash } from 'node:crypto';
import type { DownstreamTlsConfig } from './context-config.js';
import type { ServerCertificate } from './server-credentials.js';
import type { ValidationConfig } from './validation-config.js';

/** Where a session was made. */
export interface SessionPlace {
  /** Listener and chain; empty where configured ticket keys say that others may open the tickets of this one. */
  readonly chain: string;
  /** The server names that the chain is chosen by. */
  readonly serverNames: readonly string[];
}

/**
 * The id of a session's context: the library resumes no session of another one. Without it a client that one chain took
 * in without a certificate could come to a chain that requires one. Certificates count by their names, so that one which
 * is renewed ends no session.
 */
export function sessionContextOf(
  certificates: readonly ServerCertificate[],
  validation: ValidationConfig | null,
  { requiresClientCertificate }: DownstreamTlsConfig,
  { chain, serverNames }: SessionPlace,
): string {
  const judged = validation === null ? null : { ...validation, caPath: '' };
  const terms = [certificates.map(namesOf), judged, requiresClientCertificate, chain, serverNames];
  return createHash('sha256').update(JSON.stringify(terms)).digest('base64url').slice(0, longestId);
}

/** The library's limit, in bytes. */
const longestId = 32;

function namesOf({ leaf }: ServerCertificate): readonly string[] {
  if (leaf === null) return [];
  const { altNames, commonNames } = leaf.parsed;
  const names = [...altNames.map((name) => `${name.type}:${name.value}`), ...commonNames];
  return names.length > 0 ? names : [leaf.issuer, leaf.serialNumber];
}
