import type { CertificateFacts, TlsInfo } from '../../src/api/tls-info.js';

/** A certificate that says nothing but what is given. */
export function certificateFacts(changes: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    subject: '',
    issuer: '',
    serialNumber: '',
    sha256: '',
    sha1: '',
    validFromMs: 0,
    validToMs: 0,
    urlEncodedPem: '',
    uriSans: [],
    dnsSans: [],
    ipSans: [],
    emailSans: [],
    otherNameSans: [],
    ...changes,
  };
}

export function tlsInfo(changes: Partial<TlsInfo> = {}): TlsInfo {
  return {
    version: 'TLSv1.3',
    cipher: 'TLS_AES_128_GCM_SHA256',
    sessionId: '',
    alpn: '',
    serverName: '',
    local: null,
    peer: null,
    peerChain: [],
    isPeerValidated: false,
    ...changes,
  };
}
