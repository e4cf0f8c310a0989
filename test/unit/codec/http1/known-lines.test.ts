import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../../../src/base/random.js';
import { fieldScan, fieldValue, Section, scanFields } from '../../../../src/codec/http1/field-scanner.js';

interface Scanned {
  readonly behind: number;
  readonly fields: readonly (readonly [string, string])[];
  readonly bits: readonly (number | boolean)[];
  readonly error: string | undefined;
}

/** Trailers are scanned without a look at what came before: the reference for heads. */
function scan(bytes: Buffer, end: number, section: Section, maxFields = 100): Scanned {
  const behind = scanFields(bytes, 0, end, maxFields, section);
  const text = bytes.latin1Slice(0, end);
  const fields = Array.from(
    { length: fieldScan.count },
    (_, i) => [fieldScan.names[i]?.text ?? '', fieldValue(i, text, 0)] as const,
  );
  const { classes, roles, repeated, hasBareCr, hasUnderscore, error } = fieldScan;
  return {
    behind,
    fields,
    bits: [classes, roles, repeated, hasBareCr, hasUnderscore],
    error: error?.message,
  };
}

const head =
  'Host: www.example.com\r\nConnection: keep-alive\r\nX-Under_score: 1\r\nUser-Agent: Mozilla/5.0 (X11; Linux)\r\n' +
  'Accept: text/html;q=0.9,*/*;q=0.8 \t\r\nte: trailers\r\nDNT: 1\r\na: b\r\nCookie: id=7\r\nVia: 1\r\nVia: 1\r\n\r\n';

function learned(text: string): { readonly bytes: Buffer; readonly length: number } {
  const bytes = Buffer.alloc(4096);
  const length = bytes.latin1Write(text, 0);
  for (let i = 0; i < 3; i++) {
    scan(bytes, length, Section.request);
    scan(bytes, length, Section.response);
  }
  return { bytes, length };
}

test('a head whose lines are known reads as it did the first time', () => {
  const { bytes, length } = learned(head);
  const reference = scan(bytes, length, Section.trailers);
  assert.equal(fieldScan.strangers, 11);
  assert.deepEqual(scan(bytes, length, Section.request), reference);
  assert.ok(fieldScan.strangers < 6, 'lines that came three times are known');
  assert.deepEqual(scan(bytes, length, Section.response), reference);
});

test('every changed byte of a known head counts', () => {
  const { bytes, length } = learned(head);
  for (let at = 0; at < length; at++) {
    const kept = bytes[at] as number;
    for (const byte of [0, 9, 10, 13, 32, 58, 65, 127, 128, 255, kept ^ 32, kept ^ 128]) {
      bytes[at] = byte;
      const reference = scan(bytes, length, Section.trailers);
      assert.deepEqual(scan(bytes, length, Section.request), reference, `byte ${at} is ${byte}`);
      assert.deepEqual(scan(bytes, length, Section.response), reference, `byte ${at} is ${byte}`);
    }
    bytes[at] = kept;
  }
});

test('a known head that is cut short is incomplete wherever it is cut', () => {
  const { bytes, length } = learned(head);
  for (let end = 0; end < length; end++) {
    assert.equal(scan(bytes, end, Section.request).behind, scan(bytes, end, Section.trailers).behind);
  }
});

test('known lines count against the limit of fields', () => {
  const { bytes, length } = learned(head);
  for (const limit of [0, 1, 5, 10, 11]) {
    assert.deepEqual(
      scan(bytes, length, Section.request, limit),
      scan(bytes, length, Section.trailers, limit),
    );
  }
});

test('secrets are scanned anew each time', () => {
  const { bytes, length } = learned('Cookie: session=0123456789\r\nAuthorization: Basic YTpi\r\n\r\n');
  scan(bytes, length, Section.request);
  assert.equal(fieldScan.strangers, 2);
});

test('lines in any order and mixture read as if none were known', () => {
  const random = new SeededRandom(7);
  const lines = head.split('\r\n').slice(0, -2);
  lines.push(
    'X-A: \xe9\xff\xff\xff\xff\xff\xff\xff',
    'X-B: 1\r2',
    'X-C:',
    'X-D: \xff\xf0\xff\xf0\xff\xf8\x7f',
    'X E: 1',
  );
  const bytes = Buffer.alloc(4096);
  for (let round = 0; round < 3000; round++) {
    let text = '';
    for (let left = random.below(8); left > 0; left--) text += `${lines[random.below(lines.length)]}\r\n`;
    const length = bytes.latin1Write(`${text}\r\n`, 0);
    const section = random.below(2) === 0 ? Section.request : Section.response;
    const reference = scan(bytes, length, Section.trailers);
    assert.deepEqual(scan(bytes, length, section), reference, text);
  }
});
