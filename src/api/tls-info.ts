/** What logs, filters and routes may ask of a certificate. Texts are computed when they are first asked for. */
export interface CertificateFacts {
  /** RFC 2253 text, `CN=a,O=b`. */
  readonly subject: string;
  readonly issuer: string;
  /** Lower-case hexadecimal digits. */
  readonly serialNumber: string;
  /** Digests of the DER form, lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly sha1: string;
  /** Milliseconds since the epoch. */
  readonly validFromMs: number;
  readonly validToMs: number;
  /** PEM, URL-encoded. */
  readonly urlEncodedPem: string;
  readonly uriSans: readonly string[];
  readonly dnsSans: readonly string[];
  readonly ipSans: readonly string[];
  readonly emailSans: readonly string[];
  readonly otherNameSans: readonly string[];
}

/** What is known of a connection's TLS after its handshake. */
export interface TlsInfo {
  /** `TLSv1.3` */
  readonly version: string;
  /** `TLS_AES_128_GCM_SHA256`, `ECDHE-RSA-AES128-GCM-SHA256`. */
  readonly cipher: string;
  /** Hexadecimal digits; empty when there is none. */
  readonly sessionId: string;
  /** The protocol that both sides agreed on, `h2`; empty when none. */
  readonly alpn: string;
  /** Server name of the ClientHello; empty when there was none. */
  readonly serverName: string;
  /** Certificate of this side; null when it showed none. */
  readonly local: CertificateFacts | null;
  /** Certificate of the peer, and those it sent along, its own first; null and empty when it showed none. */
  readonly peer: CertificateFacts | null;
  readonly peerChain: readonly CertificateFacts[];
  /** Whether the peer's certificate was checked against something and passed. */
  readonly isPeerValidated: boolean;
}
