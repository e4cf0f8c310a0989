import { ok } from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { test } from 'node:test';
import { defaultTlsParams } from '../../../../../src/extensions/transport-sockets/tls/tls-params.js';
import { upstreamTls } from '../../../../../src/extensions/transport-sockets/tls/upstream-tls.js';
import { logScope } from '../../../../support/log-scope.js';

const context = {
  params: defaultTlsParams(false),
  certificates: [],
  certificateSecrets: [],
  validation: null,
  validationSecret: '',
  alpn: [],
  keyLog: null,
};
const config = {
  context,
  sni: '',
  autoHostSni: false,
  autoSniSanValidation: false,
  maxSessionKeys: 1,
};

test('what is written goes out at once, however little it is and whatever is on its way', async (t) => {
  const server = createServer((socket) => t.after(() => socket.destroy())).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { scope } = logScope();
  const transport = upstreamTls.build(
    config,
    Object.assign(Object.create(scope), { secrets: { generation: 0, get: () => null } }),
    { statPrefix: 'cluster.c', inner: () => null },
  );
  const told = t.mock.method(Socket.prototype, 'setNoDelay');
  const socket = transport?.connect(
    { host: '127.0.0.1', port: (server.address() as AddressInfo).port, noDelay: true },
    '',
    null,
    { buffer: Buffer.alloc(100), onRead: () => true, onReady: () => undefined },
  );
  ok(socket);
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  ok(told.mock.calls.some((call) => call.this === socket && call.arguments[0] === true));
});
