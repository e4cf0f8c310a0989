import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { parseBootstrap } from '../../../src/config/bootstrap.js';
import { BOOTSTRAP } from '../../../src/config/load.js';
import { extensionRegistry } from '../../../src/extensions/index.js';
import { readText } from '../../support/config-text.js';

const read = (admin: string) =>
  readText(BOOTSTRAP, `admin: ${admin}`, (node) => parseBootstrap(node, extensionRegistry()).admin);

test('an admin server listens on an address', () => {
  const { value, problems, unsupported } = read(
    '{address: {socket_address: {address: "::1", port_value: 9901}}, profile_path: /tmp/p}',
  );
  deepEqual([problems, unsupported], [[], []]);
  deepEqual(value, {
    address: '::1',
    port: 9901,
    isPipe: false,
    pipeMode: 0,
    ipv4Compat: false,
    profilePath: '/tmp/p',
    accessLogs: [],
    allowPaths: [],
  });
});

test('or on a Unix socket, for some paths only', () => {
  const { value, problems } = read(
    '{address: {pipe: {path: /run/a.sock, mode: 384}}, allow_paths: [{prefix: /stats}, {exact: /ready}]}',
  );
  deepEqual(problems, []);
  deepEqual(value, {
    address: '/run/a.sock',
    port: 0,
    isPipe: true,
    pipeMode: 384,
    ipv4Compat: false,
    profilePath: '/var/log/envoy/envoy.prof',
    accessLogs: [],
    allowPaths: [
      { kind: 'prefix', value: '/stats', ignoreCase: false },
      { kind: 'exact', value: '/ready', ignoreCase: false },
    ],
  });
});

test('an admin server without an address does not listen', () => {
  deepEqual(read('{}').value, null);
});
