import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Peer } from '../contracts.js';
import { commandOutput } from './find-command.js';

/** The proxy of the same build as this file. */
const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));

export const sluice: Peer = {
  name: 'sluice',
  async find() {
    if (!existsSync(main)) return { missing: `${main} is not built (make build)` };
    const output = (await commandOutput(process.execPath, [main, '--version'])) ?? '';
    return { version: /(\d+\.\d+\.\d+)/.exec(output)?.[1] ?? 'this build' };
  },
  start: (configFile, places) => ({
    command: process.execPath,
    args: [main, '-c', configFile, '--concurrency', String(places.workers), '--log-level', 'error'],
  }),
};
