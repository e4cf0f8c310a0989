import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { ConfigGenerator, Peer, PeerName } from '../contracts.js';

const require = createRequire(import.meta.url);

/** A proxy library of the Node world, in one process, behind a script of this folder named like the peer. */
function nodePeer(name: PeerName, packageName: string): Peer {
  const script = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  return {
    name,
    async find() {
      const version = installedVersion(packageName);
      return version === undefined ? { missing: `${packageName} is not installed (npm ci)` } : { version };
    },
    start: (configFile) => ({ command: process.execPath, args: [script, configFile] }),
  };
}

function installedVersion(packageName: string): string | undefined {
  try {
    const facts: unknown = require(`${packageName}/package.json`);
    const version: unknown =
      typeof facts === 'object' && facts !== null && 'version' in facts ? facts.version : '';
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

export const fastifyHttpProxy = nodePeer('fastify-http-proxy', '@fastify/http-proxy');
export const httpProxy = nodePeer('http-proxy', 'http-proxy');

/** The scripts read ports and nothing else. */
export function nodeHttp(): ConfigGenerator {
  return (places) => JSON.stringify({ port: places.port, originPort: places.originPort });
}
