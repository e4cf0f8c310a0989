import type { ConfigGenerator, Peer } from '../contracts.js';
import { findByVersion } from './find-command.js';

/** Twemproxy; it has one thread. */
export const nutcracker: Peer = {
  name: 'nutcracker',
  find: () => findByVersion('nutcracker', ['--version'], /nutcracker-([\d.]+)/, 'apt-get install nutcracker'),
  start: (configFile, places) => ({
    command: 'nutcracker',
    args: ['-c', configFile, '-a', '127.0.0.1', '-s', String(places.adminPort), '-p', `${places.folder}/pid`],
  }),
};

export function nutcrackerRedis(): ConfigGenerator {
  return (places) => `redis:
  listen: 127.0.0.1:${places.port}
  redis: true
  hash: murmur
  distribution: ketama
  servers:
   - 127.0.0.1:${places.originPort}:1
`;
}
