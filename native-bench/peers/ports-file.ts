import { readFileSync } from 'node:fs';

export interface Ports {
  readonly port: number;
  readonly originPort: number;
}

/** What `nodeHttp` wrote, for the scripts of this folder, which get the file's name as their one argument. */
export function readPorts(file = process.argv[2] ?? ''): Ports {
  const facts: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof facts === 'object' && facts !== null && 'port' in facts && 'originPort' in facts) {
    return { port: Number(facts.port), originPort: Number(facts.originPort) };
  }
  throw new Error(`${file} names no ports`);
}
