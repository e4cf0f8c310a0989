import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { ListenerConfig } from '../../../src/network/listener-config.js';
import { ListenerDirectory } from '../../../src/network/listener-directory.js';
import { address } from '../../support/stream-info.js';

function listener(name: string, ip: string, port: number): ListenerConfig {
  const bind = [{ address: ip, port, isPipe: false, pipeMode: 0, ipv4Compat: false }];
  return { name, bind } as unknown as ListenerConfig;
}

const directory = new ListenerDirectory([
  listener('any', '0.0.0.0', 80),
  listener('exact', '10.0.0.1', 80),
  listener('later', '10.0.0.1', 80),
  listener('six', '::', 80),
]);

for (const [ip, port, name] of [
  ['10.0.0.1', 80, 'exact'],
  ['10.0.0.2', 80, 'any'],
  ['2001::1', 80, 'six'],
  ['10.0.0.1', 81, null],
] as const) {
  test(`${ip} port ${port} belongs to ${name ?? 'nobody'}`, () => {
    equal(directory.find(address(ip, port)), name);
  });
}
