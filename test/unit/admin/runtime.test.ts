import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { RuntimeSnapshot } from '../../../src/runtime/snapshot.js';
import { ask, FakeViews } from './fake-views.js';

function layered(): FakeViews {
  const views = new FakeViews();
  views.snapshot = new RuntimeSnapshot({
    layers: [
      { name: 'base', kind: 'static', values: { 'a.b': 5, x: 'y' } },
      { name: 'adm', kind: 'admin', values: {} },
    ],
  });
  return views;
}

test('/runtime shows every key with its value in each layer', async () => {
  deepEqual(JSON.parse((await ask(layered(), 'GET /runtime')).body), {
    layers: ['base', 'adm'],
    entries: {
      'a.b': { final_value: '5', layer_values: ['5', ''] },
      x: { final_value: 'y', layer_values: ['y', ''] },
    },
  });
});

test('/runtime_modify puts values over all layers and takes empty ones out again', async () => {
  const views = layered();
  equal((await ask(views, 'POST /runtime_modify?a.b=7&new=1')).body, 'OK\n');
  equal(views.snapshot.number('a.b', 0), 7);
  equal(views.snapshot.number('new', 0), 1);
  await ask(views, 'POST /runtime_modify?a.b=');
  equal(views.snapshot.number('a.b', 0), 5);
});

test('/runtime_modify without parameters tells how it is used', async () => {
  const { status, body } = await ask(layered(), 'POST /runtime_modify');
  equal(status, 400);
  equal(
    body,
    'usage: /runtime_modify?key1=value1&key2=value2&keyN=valueN\n       or send the parameters as form values\nuse an empty value to remove a previously added override',
  );
});

test('/runtime_modify needs an admin layer', async () => {
  const { status, body } = await ask(new FakeViews(), 'POST /runtime_modify?a=b');
  deepEqual([status, body], [503, 'No admin layer specified']);
});
