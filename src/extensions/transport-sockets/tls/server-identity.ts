import type { ClientHello } from '../../../codec/tls/client-hello.js';
import type { CertificateConfig } from './certificate-config.js';
import type { DownstreamTlsConfig } from './context-config.js';
import { PeerCheck } from './peer-check.js';
import { ServerCertificate, type StapleAction } from './server-credentials.js';
import type { TicketKeys } from './server-socket.js';
import { type SessionPlace, sessionContextOf } from './session-context.js';
import type { ValidationConfig } from './validation-config.js';

/** A certificate chosen for a client, and what goes with it. */
export interface Choice {
  readonly certificate: ServerCertificate;
  readonly staple: StapleAction;
}

/** Two certificates of one name: one for clients that know ECDSA, one for the others. */
interface NamedCertificates {
  ecdsa: ServerCertificate | null;
  other: ServerCertificate | null;
}

/** What a listener shows and how it judges clients, as of one version of its secrets. */
export class ServerIdentity {
  readonly check: PeerCheck;
  readonly sessionContext: string;
  private readonly certificates: readonly ServerCertificate[];
  private readonly byName: ReadonlyMap<string, NamedCertificates>;
  private readonly scansOnMismatch: boolean;

  constructor(
    certificates: readonly CertificateConfig[],
    validation: ValidationConfig | null,
    tls: DownstreamTlsConfig,
    ticketKeys: TicketKeys | null,
    place: SessionPlace,
  ) {
    this.check = new PeerCheck(validation);
    this.certificates = certificates.map((it) => new ServerCertificate(it, tls, validation, ticketKeys));
    this.sessionContext = sessionContextOf(this.certificates, validation, tls, place);
    for (const it of this.certificates) it.sessionContext = this.sessionContext;
    this.byName = indexByName(this.certificates);
    this.scansOnMismatch = tls.scansOnSniMismatch;
  }

  private get first(): ServerCertificate {
    return this.certificates[0] as ServerCertificate;
  }

  /**
   * Exact name before wildcard; among equals ECDSA where the client knows it. Without a match the first certificate,
   * or all are tried when there was no name to go by or the configuration says so.
   */
  choose(hello: ClientHello | null, wallMs: number): Choice {
    if (hello === null) return { certificate: this.first, staple: 'none' };
    const name = hello.serverName.toLowerCase();
    const found = name === '' ? null : this.byServerName(name, hello, wallMs);
    if (found !== null) return found;
    const scans = name === '' || this.scansOnMismatch;
    const scanned = scans ? this.scan(hello, wallMs) : null;
    if (scanned !== null) return scanned;
    return { certificate: this.first, staple: this.first.stapleAction(hello, wallMs) };
  }

  private byServerName(name: string, hello: ClientHello, wallMs: number): Choice | null {
    const exact = pick(this.byName.get(name), hello, wallMs);
    if (exact !== null) return exact;
    const dot = name.indexOf('.');
    return dot <= 0 ? null : pick(this.byName.get(`*${name.slice(dot)}`), hello, wallMs);
  }

  private scan(hello: ClientHello, wallMs: number): Choice | null {
    const all: NamedCertificates = { ecdsa: null, other: null };
    for (const certificate of this.certificates) {
      if (certificate.isEcdsa && !certificate.suits(hello)) continue;
      if (certificate.isEcdsa) all.ecdsa ??= certificate;
      else all.other ??= certificate;
    }
    return pick(all, hello, wallMs);
  }
}

function pick(named: NamedCertificates | undefined, hello: ClientHello, wallMs: number): Choice | null {
  if (named === undefined) return null;
  for (const certificate of [named.ecdsa, named.other]) {
    if (certificate === null || !certificate.suits(hello)) continue;
    const staple = certificate.stapleAction(hello, wallMs);
    if (staple !== 'fail') return { certificate, staple };
  }
  return null;
}

/** The first certificate of a name and kind of key stays. */
function indexByName(certificates: readonly ServerCertificate[]): ReadonlyMap<string, NamedCertificates> {
  const index = new Map<string, NamedCertificates>();
  for (const certificate of certificates) {
    for (const name of certificate.names) {
      const named = index.get(name) ?? { ecdsa: null, other: null };
      if (certificate.isEcdsa) named.ecdsa ??= certificate;
      else named.other ??= certificate;
      index.set(name, named);
    }
  }
  return index;
}
