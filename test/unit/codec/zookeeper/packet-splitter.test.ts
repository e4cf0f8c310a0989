import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { PacketSplitter } from '../../../../src/codec/zookeeper/packet-splitter.js';
import { int, packet } from '../../../support/zookeeper/packet-bytes.js';

/** What is told of bytes that come in these pieces. */
function told(pieces: readonly Buffer[], refused = ''): readonly string[] {
  const seen: string[] = [];
  const splitter = new PacketSplitter(
    {
      onPacket: (bytes, start, end) => {
        const text = bytes.toString('latin1', start, end);
        seen.push(text);
        return text === refused ? -1 : end;
      },
      onWrongLength: () => seen.push('wrong'),
    },
    3,
    10,
  );
  for (const piece of pieces) {
    const lent = Buffer.from(piece);
    splitter.split(lent, 0, lent.length);
    lent.fill(0);
  }
  return seen;
}

const of = (text: string): Buffer => packet(Buffer.from(text));
const three = Buffer.concat([of('one'), of('second'), of('the third!')]);

test('packets are the same however their bytes are cut', () => {
  const expected = ['one', 'second', 'the third!'];
  deepEqual(told([three]), expected);
  for (let cut = 1; cut < three.length; cut++)
    deepEqual(told([three.subarray(0, cut), three.subarray(cut)]), expected);
  deepEqual(told(Array.from(three, (byte) => Buffer.from([byte]))), expected);
});

test('a wrong length leaves out what was read with it, and no more', () => {
  for (const length of [-1, 0, 2, 11]) {
    const wrong = Buffer.concat([int(length), Buffer.from('abc')]);
    deepEqual(told([of('one'), Buffer.concat([of('two'), wrong]), of('three')]), ['one', 'wrong', 'three']);
  }
});

test('what a packet leaves over is the next one, and what that leaves over too', () => {
  const seen: string[] = [];
  const splitter = new PacketSplitter(
    {
      onPacket: (bytes, start, end, limit) => {
        seen.push(`${bytes.toString('latin1', start, start + 3)}, ${end - start} bytes of ${limit - start}`);
        return start + 3;
      },
      onWrongLength: () => seen.push('wrong'),
    },
    3,
    100,
  );
  const inner = Buffer.concat([Buffer.from('one'), int(50), Buffer.from('two'), int(3), Buffer.from('six')]);
  const bytes = Buffer.concat([packet(inner), of('ten'), of('end, left over')]);
  splitter.split(bytes, 0, bytes.length);
  deepEqual(seen, [
    'one, 17 bytes of 17',
    'two, 50 bytes of 35',
    'six, 3 bytes of 28',
    'ten, 3 bytes of 21',
    'end, 14 bytes of 14',
    'wrong',
  ]);
  splitter.split(of('two'), 0, 7);
  deepEqual(seen.at(-1), 'two, 3 bytes of 3');
});

test('behind a packet that is refused nothing of the same read is told', () => {
  deepEqual(told([Buffer.concat([of('one'), of('two'), of('three')]), of('four')], 'two'), [
    'one',
    'two',
    'four',
  ]);
});
