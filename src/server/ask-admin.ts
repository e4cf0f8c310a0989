import { request } from 'node:http';

/** How long a proxy may take to answer. */
const waitMs = 10_000;

/** A page of a running proxy's admin server, which is named `:9901`, `host:port` or by its URL. */
export function askAdminPage(
  admin: string,
  path: string,
): Promise<{ readonly status: number; readonly body: string }> {
  const base = admin.includes('://') ? admin : `http://${admin.startsWith(':') ? '127.0.0.1' : ''}${admin}`;
  const url = new URL(path, base);
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { timeout: waitMs, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${url.host} does not answer`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}
