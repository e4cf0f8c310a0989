import { createHash, X509Certificate } from 'node:crypto';
import type { TestContext } from 'node:test';
import { type CertificateFiles, TestAuthority } from '../../../support/certificates.js';

/** Everything that the proxies, their clients and their origins of this comparison show each other. */
export interface TlsCertificates {
  readonly ca: string;
  readonly foreignCa: string;
  readonly revocations: string;
  readonly server: CertificateFiles;
  readonly rsaServer: CertificateFiles;
  readonly other: CertificateFiles;
  readonly wildcard: CertificateFiles;
  /** What a peer may show, by name. */
  readonly peers: { readonly [name in PeerCertificate]: CertificateFiles };
}

export type PeerCertificate =
  | 'good'
  | 'rsa'
  | 'plain'
  | 'expired'
  | 'future'
  | 'revoked'
  | 'foreign'
  | 'elsewhere';

/** Makes them all; both proxies are given the same. */
export function makeCertificates(t: TestContext): TlsCertificates {
  const authority = new TestAuthority(t, 'Test CA');
  const foreign = new TestAuthority(t, 'Foreign CA');
  const sans = 'URI:spiffe://td/good,DNS:good.test,DNS:127.0.0.1,IP:10.1.2.3,email:good@td.test';
  const revoked = authority.issue({ subject: '/O=Org/CN=revoked', sans });
  return {
    ca: authority.ca,
    foreignCa: foreign.ca,
    revocations: authority.revoke([revoked]),
    server: authority.issue({
      subject: '/C=DE/O=Org/CN=server.test',
      sans: 'DNS:server.test,URI:spiffe://td/server',
    }),
    rsaServer: authority.issue({ subject: '/CN=rsa.test', sans: 'DNS:server.test', rsa: true }),
    other: authority.issue({ subject: '/CN=other.test', sans: 'DNS:other.test' }),
    wildcard: authority.issue({ subject: '/CN=wildcard', sans: 'DNS:*.wild.test' }),
    peers: {
      good: authority.issue({ subject: '/C=DE/O=Org, Inc/OU=Unit/CN=good', sans }),
      rsa: authority.issue({ subject: '/CN=rsa', sans, rsa: true }),
      plain: authority.issue({ subject: '/CN=plain' }),
      expired: authority.issue({ subject: '/CN=expired', sans, days: -1 }),
      future: authority.issue({ subject: '/CN=future', sans, isFuture: true }),
      revoked,
      foreign: foreign.issue({ subject: '/CN=foreign', sans }),
      elsewhere: authority.issue({
        subject: '/CN=elsewhere',
        sans: 'URI:spiffe://td/elsewhere,DNS:elsewhere.test',
      }),
    },
  };
}

/** SHA-256 of the whole certificate, in hexadecimal. */
export function hashPin({ pem }: CertificateFiles): string {
  return createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
}

/** SHA-256 of its public key, in base64. */
export function keyPin({ pem }: CertificateFiles): string {
  const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}
