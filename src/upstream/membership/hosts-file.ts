import { readFileSync, statSync } from 'node:fs';
import { ipFamily } from './name-resolver.js';

const loopbacks = ['127.0.0.1', '::1'];

/** `/etc/hosts` (RFC 952 style lines), read again when it has changed. */
export class HostsFile {
  private readonly path: string;
  private readMs: number;
  private addresses: Map<string, string[]>;

  constructor(path = '/etc/hosts') {
    this.path = path;
    this.readMs = Number.NaN;
    this.addresses = new Map();
  }

  /**
   * Addresses of both families, in the order of the file. RFC 6761 section 6.3: `localhost` names are the loopback in
   * both families, also when the file knows one alone.
   */
  find(name: string): readonly string[] {
    this.refresh();
    const key = name.toLowerCase().replace(/\.$/, '');
    const found = this.addresses.get(key) ?? [];
    if (key !== 'localhost' && !key.endsWith('.localhost')) return found;
    const missing = loopbacks.filter((loopback) => !found.some((ip) => ipFamily(ip) === ipFamily(loopback)));
    return [...found, ...missing];
  }

  private refresh(): void {
    try {
      const { mtimeMs } = statSync(this.path);
      if (mtimeMs === this.readMs) return;
      this.addresses = parseHosts(readFileSync(this.path, 'utf8'));
      this.readMs = mtimeMs;
    } catch {
      this.addresses = new Map();
      this.readMs = Number.NaN;
    }
  }
}

export function parseHosts(text: string): Map<string, string[]> {
  const addresses = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [ip = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (ipFamily(ip) === 0) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      const known = addresses.get(key);
      if (known === undefined) addresses.set(key, [ip]);
      else if (!known.includes(ip)) known.push(ip);
    }
  }
  return addresses;
}
