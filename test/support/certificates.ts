import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its key as files. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
  readonly pem: string;
  readonly keyPem: string;
}

export interface CertificateWish {
  /** `DNS:a.test,URI:spiffe://td/a` */
  readonly sans?: string;
  readonly subject?: string;
  readonly rsa?: boolean;
  /** Days from now; negative: expired. */
  readonly days?: number;
  /** Valid from a day in the year 2090 on. */
  readonly isFuture?: boolean;
}

/** Why tests with certificates cannot run here; undefined when they can. */
export function opensslMissing(): string | undefined {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'the openssl command is not installed';
  }
}

/** A certificate authority of one test, made with the openssl command in a folder that goes with the test. */
export class TestAuthority {
  readonly folder: string;
  readonly ca: string;
  private readonly caKey: string;
  private made: number;

  constructor(t: { after(clean: () => void): void }, name = 'Test CA') {
    this.folder = mkdtempSync(join(tmpdir(), 'sluice-ca-'));
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
    this.made = 0;
    this.caKey = join(this.folder, 'ca.key');
    this.ca = join(this.folder, 'ca.pem');
    this.newKey(this.caKey, false);
    this.openssl([
      'req',
      '-x509',
      '-new',
      '-key',
      this.caKey,
      '-days',
      '3650',
      '-subj',
      `/CN=${name}`,
      '-out',
      this.ca,
    ]);
  }

  /** A certificate signed by this authority. */
  issue(wish: CertificateWish = {}): CertificateFiles {
    const base = join(this.folder, `c${++this.made}`);
    const [key, cert, request, extensions] = ['key', 'pem', 'csr', 'ext'].map((end) => `${base}.${end}`) as [
      string,
      string,
      string,
      string,
    ];
    this.newKey(key, wish.rsa === true);
    this.openssl(['req', '-new', '-key', key, '-subj', wish.subject ?? '/CN=test', '-out', request]);
    writeFileSync(
      extensions,
      wish.sans === undefined ? 'keyUsage=digitalSignature\n' : `subjectAltName=${wish.sans}\n`,
    );
    if (wish.isFuture === true) {
      this.signForFuture(request, cert, extensions);
      return { cert, key, pem: readFileSync(cert, 'utf8'), keyPem: readFileSync(key, 'utf8') };
    }
    const days = ['-days', String(wish.days ?? 30)];
    this.openssl([
      'x509',
      '-req',
      '-in',
      request,
      '-CA',
      this.ca,
      '-CAkey',
      this.caKey,
      '-CAcreateserial',
      ...days,
      '-extfile',
      extensions,
      '-out',
      cert,
    ]);
    return { cert, key, pem: readFileSync(cert, 'utf8'), keyPem: readFileSync(key, 'utf8') };
  }

  /** A revocation list with those certificates in it. */
  revoke(certificates: readonly CertificateFiles[]): string {
    const list = join(this.folder, 'crl.pem');
    const common = this.asAuthority();
    for (const { cert } of certificates) this.openssl([...common, '-revoke', cert]);
    this.openssl([...common, '-gencrl', '-out', list]);
    return list;
  }

  /** An OCSP response, good for a day, that says that this certificate is. */
  staple({ cert, pem }: CertificateFiles): string {
    const [request, response, index] = ['req', 'der', 'idx'].map((end) => `${cert}.ocsp.${end}`) as [
      string,
      string,
      string,
    ];
    const { serialNumber } = new X509Certificate(pem);
    writeFileSync(index, `V\t991231235959Z\t\t${serialNumber}\tunknown\t/CN=test\n`);
    this.openssl(['ocsp', '-issuer', this.ca, '-cert', cert, '-reqout', request]);
    const signer = ['-CA', this.ca, '-rsigner', this.ca, '-rkey', this.caKey];
    this.openssl([
      'ocsp',
      '-index',
      index,
      ...signer,
      '-reqin',
      request,
      '-respout',
      response,
      '-ndays',
      '1',
    ]);
    return response;
  }

  /** Only `openssl ca` signs with dates of one's own. */
  private signForFuture(request: string, cert: string, extensions: string): void {
    const dates = ['-startdate', '20900101000000Z', '-enddate', '20910101000000Z'];
    const files = ['-in', request, '-out', cert, '-extfile', extensions];
    this.openssl([...this.asAuthority(), '-batch', '-notext', ...dates, ...files]);
  }

  /** The command's first words, over an empty record of what was signed. */
  private asAuthority(): string[] {
    const config = join(this.folder, 'ca.cnf');
    const index = join(this.folder, 'index.txt');
    writeFileSync(index, '');
    const words = [
      `database=${index}`,
      `new_certs_dir=${this.folder}`,
      'default_md=sha256',
      'rand_serial=yes',
    ];
    const policy = 'default_crl_days=30\npolicy=p\n[p]\ncommonName=supplied\n';
    writeFileSync(config, `[ca]\ndefault_ca=d\n[d]\n${words.join('\n')}\n${policy}`);
    return ['ca', '-config', config, '-keyfile', this.caKey, '-cert', this.ca];
  }

  private newKey(path: string, rsa: boolean): void {
    const args = rsa
      ? ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', path]
      : ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', path];
    this.openssl(args);
  }

  private openssl(args: readonly string[]): void {
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}
