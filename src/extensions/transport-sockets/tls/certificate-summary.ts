import type { SecretView } from '../../../api/secrets.js';
import type { Certificate } from '../../../codec/tls/certificate.js';
import type { CertificateSummary, ContextCertificates } from '../../../network/transport-socket.js';
import { type CertificateConfig, readCertificates } from './certificate-config.js';
import { LiveCertificate } from './certificate-facts.js';
import type { TlsContextConfig } from './context-config.js';
import { mergeValidation, type ValidationConfig } from './validation-config.js';

/** Envoy names a certificate without a name by the first digits of the SHA-256 of nothing. */
const unnamed = 'e3b0c442';

/** What a TLS context shows and trusts now. */
export function summarize(context: TlsContextConfig, secrets: SecretView): ContextCertificates {
  const chain =
    context.certificates.length > 0
      ? context.certificates.flatMap((it) => summaryOf(it.chain, it.path, `unnamed_cert_${unnamed}`))
      : context.certificateSecrets.flatMap((key) => {
          const found = secrets.get(key) as CertificateConfig | undefined;
          return found === undefined ? [] : summaryOf(found.chain, found.path, secretName(key));
        });
  const over = secrets.get(context.validationSecret) as ValidationConfig | undefined;
  const own = context.validation;
  const validation = over === undefined ? own : own === null ? over : mergeValidation(own, over);
  if (validation === null || validation.trustedCa === '') return { caCerts: [], chain };
  const name = over === undefined ? `unnamed_ca_cert_${unnamed}` : secretName(context.validationSecret);
  return { caCerts: summaryOf(validation.trustedCa, validation.caPath, name), chain };
}

/** `kind/name@path` */
function secretName(key: string): string {
  const start = key.indexOf('/') + 1;
  const end = key.lastIndexOf('@');
  return key.slice(start, end < start ? undefined : end);
}

/** By PEM text, so that each look at the stats does not read them all again; emptied when it is full. */
const firstCertificates = new Map<string, Certificate | null>();
const firstLimit = 4096;

function firstOf(pem: string): Certificate | null {
  const known = firstCertificates.get(pem);
  if (known !== undefined) return known;
  const raw = readCertificates(pem)?.[0]?.raw;
  const parsed = raw === undefined ? null : (LiveCertificate.of(raw)?.parsed ?? null);
  if (firstCertificates.size >= firstLimit) firstCertificates.clear();
  firstCertificates.set(pem, parsed);
  return parsed;
}

/** The first certificate of a PEM text speaks for all. */
function summaryOf(pem: string, path: string, statName: string): CertificateSummary[] {
  const parsed = firstOf(pem);
  if (parsed === null) return [];
  return [
    {
      path,
      statName,
      serialNumber: parsed.serialNumber,
      subjectAltNames: altNames(parsed),
      validFromMs: parsed.validFromMs,
      validToMs: parsed.validToMs,
    },
  ];
}

const jsonNames: { readonly [type: string]: string } = { DNS: 'dns', URI: 'uri', IP_ADDRESS: 'ip_address' };

function altNames({ altNames: names }: Certificate): CertificateSummary['subjectAltNames'] {
  return names.flatMap(({ type, value }) => {
    const name = jsonNames[type];
    return name === undefined ? [] : [{ [name]: value }];
  });
}
