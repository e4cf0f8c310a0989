import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { readCommand } from '../../../../src/codec/redis/read-command.js';
import { respLimits } from '../../../../src/codec/redis/resp-limits.js';

test('a whole command is its words and where it ends', () => {
  const text = 'xx*2\r\n$3\r\nGET\r\n$0\r\n\r\n+more';
  deepEqual(readCommand(text, 2, respLimits), { words: ['GET', ''], end: text.length - 5 });
});

test('what may become a command, and what is written otherwise, is left to others', () => {
  const whole = '*2\r\n$3\r\nGET\r\n$1\r\na\r\n';
  for (let end = 0; end < whole.length; end++) equal(readCommand(whole.slice(0, end), 0, respLimits), null);
  for (const text of [
    '*0\r\n',
    '*-1\r\n',
    '*01\r\n$1\r\na\r\n',
    '*1\r\n$01\r\na\r\n',
    '*1\r\n:1\r\n',
    '*1\r\n$1\r\nab\r\n',
  ]) {
    equal(readCommand(text, 0, respLimits), null, text);
  }
});

test('limits hold', () => {
  const limits = { ...respLimits, elements: 1, valueBytes: 20 };
  equal(readCommand('*2\r\n$1\r\na\r\n$1\r\na\r\n', 0, limits), null);
  equal(readCommand(`*1\r\n$20\r\n${'x'.repeat(20)}\r\n`, 0, limits), null);
});
