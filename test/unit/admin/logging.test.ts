import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { ask, FakeViews } from './fake-views.js';

function twoLoggers(): FakeViews {
  const views = new FakeViews();
  views.levels.set('http', 'info');
  return views;
}

test('/logging lists the loggers', async () => {
  equal((await ask(twoLoggers(), 'POST /logging')).body, 'active loggers:\n  main: info\n  http: info\n\n');
});

test('/logging changes one logger, some, or all', async () => {
  const views = twoLoggers();
  await ask(views, 'POST /logging?http=debug');
  deepEqual([...views.levels.values()], ['info', 'debug']);
  await ask(views, 'POST /logging?paths=http:error,main:trace');
  deepEqual([...views.levels.values()], ['trace', 'error']);
  await ask(views, 'POST /logging?level=off');
  deepEqual([...views.levels.values()], ['off', 'off']);
});

test('an empty value changes nothing', async () => {
  const views = twoLoggers();
  equal((await ask(views, 'POST /logging?level=')).status, 200);
  deepEqual([...views.levels.values()], ['info', 'info']);
});

const refusals = [
  ['level=loud', 'unknown logger level'],
  ['http=loud', 'unknown logger level'],
  ['nobody=info', 'unknown logger name'],
  ['paths=main:debug,nobody:info', 'unknown logger name'],
  ['paths=:info', 'empty logger name or empty logger level'],
  ['paths=http', 'empty logger name or empty logger level'],
  ['http=debug&level=info', 'invalid number of parameters'],
] as const;

for (const [query, reason] of refusals) {
  test(`/logging?${query} is refused and changes nothing`, async () => {
    const views = twoLoggers();
    const { status, body } = await ask(views, `POST /logging?${query}`);
    equal(status, 400);
    match(body, new RegExp(`^error: ${reason}\n\nusage: `));
    deepEqual([...views.levels.values()], ['info', 'info']);
  });
}
