import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
  /** Both in one file, as HAProxy wants it. */
  readonly bundle: string;
}

/** A P-256 certificate for `localhost`, made with openssl in that folder. */
export function selfSigned(folder: string): CertificateFiles {
  const files = {
    certificate: join(folder, 'certificate.pem'),
    key: join(folder, 'key.pem'),
    bundle: join(folder, 'bundle.pem'),
  };
  if (existsSync(files.bundle)) return files;
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const names = ['-subj', '/CN=localhost', '-days', '30'];
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, ...names, '-keyout', files.key, '-out', files.certificate],
    {
      stdio: 'ignore',
      timeout: 20_000,
    },
  );
  execFileSync('sh', ['-c', 'cat certificate.pem key.pem > bundle.pem'], { cwd: folder });
  return files;
}
