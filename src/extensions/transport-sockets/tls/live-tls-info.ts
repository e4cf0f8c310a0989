import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { TlsInfo } from '../../../api/tls-info.js';
import { LiveCertificate } from './certificate-facts.js';

/** What a finished handshake agreed on. */
export class LiveTlsInfo implements TlsInfo {
  readonly version: string;
  readonly cipher: string;
  readonly alpn: string;
  readonly serverName: string;
  readonly local: LiveCertificate | null;
  readonly peer: LiveCertificate | null;
  readonly peerChain: readonly LiveCertificate[];
  readonly sessionId: string;
  isPeerValidated: boolean;

  constructor(socket: TLSSocket, local: LiveCertificate | null, serverName: string) {
    this.version = socket.getProtocol() ?? '';
    this.cipher = socket.getCipher().name;
    this.alpn = typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : '';
    this.serverName = serverName;
    this.local = local;
    const shown = socket.getPeerX509Certificate();
    const chain: LiveCertificate[] = [];
    for (let it = shown; it !== undefined && chain.length < longestChain; it = it.issuerCertificate) {
      const certificate = LiveCertificate.of(it.raw);
      if (certificate !== null) chain.push(certificate);
    }
    this.peer = chain[0] ?? null;
    this.peerChain = chain;
    this.isPeerValidated = false;
    // TLS 1.3 has no session ids; the library gives none away for older ones, so this names the session.
    this.sessionId = this.version === 'TLSv1.3' ? '' : sessionName(socket);
  }
}

const longestChain = 100;

function sessionName(socket: TLSSocket): string {
  const finished = socket.getFinished();
  return finished === undefined ? '' : createHash('sha256').update(finished).digest('hex');
}
