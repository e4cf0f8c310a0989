import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { parseInternalUpstream } from '../../../../../src/extensions/transport-sockets/internal-upstream/config.js';
import { readText } from '../../../../support/config-text.js';

const read = (text: string) =>
  readText(
    'envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport',
    text,
    parseInternalUpstream,
  );

test('metadata of hosts and clusters goes along', () => {
  const { value, problems } = read(
    '{ passthrough_metadata: [{ name: a, kind: { host: {} } }, { name: b, kind: { cluster: {} } }] }',
  );
  deepEqual(value.metadata, [
    { name: 'a', from: 'host' },
    { name: 'b', from: 'cluster' },
  ]);
  deepEqual(
    problems.filter((text) => text.includes('metadata type')),
    [],
  );
});

test('metadata of routes and requests does not exist for a connection', () => {
  for (const kind of ['route', 'request']) {
    const { problems } = read(`{ passthrough_metadata: [{ name: a, kind: { ${kind}: {} } }] }`);
    deepEqual(
      problems.filter((text) => text.includes('metadata type')),
      ['metadata type is not supported'],
    );
  }
});
