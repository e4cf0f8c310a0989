import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { compileLogFormat, defaultLogFormat } from '../../../src/server/log-format.js';

const line = { level: 'warning', logger: 'admin', text: 'two\nlines "quoted"' };
const now = new Date(Date.UTC(2026, 0, 2, 13, 4, 5, 6));

const patterns = [
  [defaultLogFormat, `[2026-01-02 13:04:05.006][${process.pid}][warning][admin] two\nlines "quoted"`],
  ['%L %n %l|%_', 'W admin warning|two\\nlines "quoted"'],
  ['{"text":"%j"}', '{"text":"two\\nlines \\"quoted\\""}'],
  ['%I:%M %p %R %D %a %b %E', '01:04 PM 13:04 01/02/26 Fri Jan 1767359045'],
  ['%f %F %z %g%#', '006000 006000000 +00:00 '],
  ['100%% %q %', '100% %q %'],
] as const;

for (const [pattern, text] of patterns) {
  test(`lines of ${pattern}`, () => {
    equal(compileLogFormat(pattern)(line, now), text);
  });
}
