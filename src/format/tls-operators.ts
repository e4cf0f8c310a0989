import type { LogContext } from '../api/stream-info.js';
import type { CertificateFacts, TlsInfo } from '../api/tls-info.js';
import { toByteText } from './byte-text.js';
import { bareText, type Operator, type OperatorTable, textField } from './field.js';
import { presentText } from './outcome-operators.js';
import { compileTime } from './time-format.js';

type TlsOf = (context: LogContext) => TlsInfo | null;
type CertificateOf = (context: LogContext) => CertificateFacts | null;

const downstream: TlsOf = ({ info }) => info.connection.tls;
const upstream: TlsOf = ({ info }) => info.upstreamTls;
const peerOf =
  (tls: TlsOf): CertificateOf =>
  (context) =>
    tls(context)?.peer ?? null;
const localOf =
  (tls: TlsOf): CertificateOf =>
  (context) =>
    tls(context)?.local ?? null;

function ofTls(tls: TlsOf, read: (tls: TlsInfo) => string): Operator {
  return bareText(
    presentText((context) => {
      const found = tls(context);
      return found === null ? '' : read(found);
    }),
  );
}

function ofCertificate(certificate: CertificateOf, read: (facts: CertificateFacts) => string): Operator {
  return bareText(
    presentText((context) => {
      const found = certificate(context);
      return found === null ? '' : read(found);
    }),
  );
}

function ofChain(tls: TlsOf, read: (facts: CertificateFacts) => string): Operator {
  return bareText(presentText((context) => tls(context)?.peerChain.map(read).join() ?? ''));
}

function timeOf(certificate: CertificateOf, read: (facts: CertificateFacts) => number): Operator {
  return {
    argument: 'optional',
    allowsLimit: false,
    make: (command) => {
      const render = compileTime(toByteText(command.argument ?? ''), false);
      return textField((context) => {
        const found = certificate(context);
        return found === null ? undefined : render(read(found));
      });
    },
  };
}

const sans: { readonly [name: string]: (facts: CertificateFacts) => readonly string[] } = {
  URI: (facts) => facts.uriSans,
  DNS: (facts) => facts.dnsSans,
  IP: (facts) => facts.ipSans,
  EMAIL: (facts) => facts.emailSans,
  OTHERNAME: (facts) => facts.otherNameSans,
};

function sanOperators(prefix: string, certificate: CertificateOf): { [name: string]: Operator } {
  return Object.fromEntries(
    Object.entries(sans).map(([name, read]) => [
      `${prefix}_${name}_SAN`,
      ofCertificate(certificate, (facts) => read(facts).join()),
    ]),
  );
}

function sessionOperators(prefix: string, tls: TlsOf): { [name: string]: Operator } {
  return {
    [`${prefix}_TLS_SESSION_ID`]: ofTls(tls, (it) => it.sessionId),
    [`${prefix}_TLS_CIPHER`]: ofTls(tls, (it) => it.cipher),
    [`${prefix}_TLS_VERSION`]: ofTls(tls, (it) => it.version),
  };
}

function peerOperators(prefix: string, tls: TlsOf): { [name: string]: Operator } {
  const peer = peerOf(tls);
  return {
    [`${prefix}_PEER_SUBJECT`]: ofCertificate(peer, (it) => it.subject),
    [`${prefix}_PEER_ISSUER`]: ofCertificate(peer, (it) => it.issuer),
    [`${prefix}_PEER_CERT`]: ofCertificate(peer, (it) => it.urlEncodedPem),
    [`${prefix}_PEER_CERT_V_START`]: timeOf(peer, (it) => it.validFromMs),
    [`${prefix}_PEER_CERT_V_END`]: timeOf(peer, (it) => it.validToMs),
  };
}

export const tlsOperators: OperatorTable = {
  ...sessionOperators('DOWNSTREAM', downstream),
  ...sanOperators('DOWNSTREAM_LOCAL', localOf(downstream)),
  ...sanOperators('DOWNSTREAM_PEER', peerOf(downstream)),
  ...peerOperators('DOWNSTREAM', downstream),
  DOWNSTREAM_LOCAL_SUBJECT: ofCertificate(localOf(downstream), (it) => it.subject),
  DOWNSTREAM_PEER_FINGERPRINT_256: ofCertificate(peerOf(downstream), (it) => it.sha256),
  DOWNSTREAM_PEER_FINGERPRINT_1: ofCertificate(peerOf(downstream), (it) => it.sha1),
  DOWNSTREAM_PEER_SERIAL: ofCertificate(peerOf(downstream), (it) => it.serialNumber),
  DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256: ofChain(downstream, (it) => it.sha256),
  DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1: ofChain(downstream, (it) => it.sha1),
  DOWNSTREAM_PEER_CHAIN_SERIALS: ofChain(downstream, (it) => it.serialNumber),
  DOWNSTREAM_TRANSPORT_FAILURE_REASON: bareText(
    presentText(({ info }) => info.connection.transportFailureReason.replaceAll(' ', '_')),
  ),
  TLS_JA3_FINGERPRINT: bareText(presentText(({ info }) => info.connection.ja3)),
  TLS_JA4_FINGERPRINT: bareText(presentText(({ info }) => info.connection.ja4)),
  ...sessionOperators('UPSTREAM', upstream),
  ...sanOperators('UPSTREAM_LOCAL', localOf(upstream)),
  ...sanOperators('UPSTREAM_PEER', peerOf(upstream)),
  ...peerOperators('UPSTREAM', upstream),
};
