import { type Endpoint, jsonPage } from './endpoint.js';
import type { CertificateView } from './views.js';

const dayMs = 86_400_000;

/** Every certificate that a transport socket shows or trusts, one entry per TLS context. */
export const certs: Endpoint = {
  path: '/certs',
  help: 'print certs on machine',
  answer: (_request, views) => {
    const nowMs = Date.now();
    const detail = (it: CertificateView): object => ({
      path: it.path,
      serial_number: it.serialNumber,
      subject_alt_names: it.subjectAltNames,
      days_until_expiration: String(Math.max(0, Math.floor((it.validToMs - nowMs) / dayMs))),
      valid_from: timeText(it.validFromMs),
      expiration_time: timeText(it.validToMs),
    });
    const certificates = views.certificates().map(({ caCerts, chain }) => ({
      ca_cert: caCerts.map(detail),
      cert_chain: chain.map(detail),
    }));
    return jsonPage({ certificates });
  },
};

/** RFC 3339 in whole seconds. */
function timeText(wallMs: number): string {
  return new Date(wallMs).toISOString().replace('.000Z', 'Z');
}
