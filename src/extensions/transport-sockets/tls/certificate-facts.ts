import { createHash } from 'node:crypto';
import type { CertificateFacts } from '../../../api/tls-info.js';
import { type Certificate, readCertificate, type SubjectAltName } from '../../../codec/tls/certificate.js';

/** A certificate as logs and filters ask for it. Digests and PEM are made when somebody asks. */
export class LiveCertificate implements CertificateFacts {
  readonly parsed: Certificate;
  private sha256Text: string;
  private sha1Text: string;

  private constructor(parsed: Certificate) {
    this.parsed = parsed;
    this.sha256Text = '';
    this.sha1Text = '';
  }

  /** Null when the bytes are no certificate. */
  static of(der: Buffer): LiveCertificate | null {
    const parsed = readCertificate(der);
    return parsed === null ? null : new LiveCertificate(parsed);
  }

  get subject(): string {
    return this.parsed.subject;
  }

  get issuer(): string {
    return this.parsed.issuer;
  }

  get serialNumber(): string {
    return this.parsed.serialNumber;
  }

  get validFromMs(): number {
    return this.parsed.validFromMs;
  }

  get validToMs(): number {
    return this.parsed.validToMs;
  }

  get sha256(): string {
    if (this.sha256Text === '') this.sha256Text = createHash('sha256').update(this.parsed.der).digest('hex');
    return this.sha256Text;
  }

  get sha1(): string {
    if (this.sha1Text === '') this.sha1Text = createHash('sha1').update(this.parsed.der).digest('hex');
    return this.sha1Text;
  }

  get urlEncodedPem(): string {
    return encodeURIComponent(pemOf(this.parsed.der));
  }

  get uriSans(): readonly string[] {
    return this.sans('URI');
  }

  get dnsSans(): readonly string[] {
    return this.sans('DNS');
  }

  get ipSans(): readonly string[] {
    return this.sans('IP_ADDRESS');
  }

  get emailSans(): readonly string[] {
    return this.sans('EMAIL');
  }

  get otherNameSans(): readonly string[] {
    return this.sans('OTHER_NAME');
  }

  private sans(type: SubjectAltName['type']): readonly string[] {
    return this.parsed.altNames.filter((name) => name.type === type).map((name) => name.value);
  }
}

/** DER as PEM, with the final line break. */
export function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
