import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ask, FakeViews } from './fake-views.js';

const views = new FakeViews();
views.listenerList = [
  {
    name: 'main',
    addresses: [
      { host: '127.0.0.1', port: 80, isPipe: false },
      { host: '::1', port: 81, isPipe: false },
    ],
  },
  { name: 'local', addresses: [{ host: '/run/l.sock', port: 0, isPipe: true }] },
];

test('/listeners prints a line per address', async () => {
  equal(
    (await ask(views, 'GET /listeners')).body,
    'main::127.0.0.1:80\nmain::[::1]:81\nlocal::/run/l.sock\n',
  );
});

test('/listeners?format=json tells the first address and the additional ones', async () => {
  const { contentType, body } = await ask(views, 'GET /listeners?format=json');
  equal(contentType, 'application/json');
  deepEqual(JSON.parse(body), {
    listener_statuses: [
      {
        name: 'main',
        local_address: { socket_address: { address: '127.0.0.1', port_value: 80 } },
        additional_local_addresses: [{ socket_address: { address: '::1', port_value: 81 } }],
      },
      { name: 'local', local_address: { pipe: { path: '/run/l.sock' } } },
    ],
  });
});

test('without listeners the JSON is empty', async () => {
  equal((await ask(new FakeViews(), 'GET /listeners?format=json')).body, '{}\n');
});
