import { equal } from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bootstrapText, listener, tcpAddress } from '../support/listener-text.js';
import { startProxy } from '../support/proxy.js';
import { dialPeer } from '../support/tcp-peers.js';

const source = `
export const shout = {
  name: 'shout',
  typeUrl: 'acme.Shout',
  isTerminal: true,
  parse: (node) => ({ mark: node.string('mark') }),
  build: ({ mark }) => (connection) => ({
    onData(chunk) {
      connection.writeText(chunk.buffer.latin1Slice(chunk.start, chunk.end).toUpperCase() + mark);
      return 1;
    },
  }),
};
`;

test("a network filter of a user's module ends a chain", async (t) => {
  const module = join(tmpdir(), `shout-${process.pid}.mjs`);
  writeFileSync(module, source);
  t.after(() => rmSync(module));
  const filter = {
    name: 'shout',
    typed_config: {
      '@type': 'type.googleapis.com/xds.type.v3.TypedStruct',
      type_url: 'type.googleapis.com/acme.Shout',
      value: { mark: '!' },
    },
  };
  const text = bootstrapText([listener('main', tcpAddress('127.0.0.1'), [filter])], []);
  const proxy = await startProxy(t, text, ['--filter-module', module]);
  const client = await dialPeer(t, { port: proxy.port() });
  client.send('hello');
  await client.received('!');
  equal(client.text, 'HELLO!');
});
