import { deepEqual } from 'node:assert/strict';
import { MersenneTwister } from '../../src/base/mersenne-twister.js';
import { type HelloReading, readClientHello } from '../../src/codec/tls/client-hello.js';
import { ja3, ja4 } from '../../src/codec/tls/fingerprints.js';

const uint16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
const vector8 = (...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([body.length]), body]);
};
const vector16 = (...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([uint16(body.length), body]);
};
const extension = (type: number, body: Buffer): Buffer => Buffer.concat([uint16(type), vector16(body)]);
const extensions = [
  extension(0, vector16(Buffer.from([0]), vector16(Buffer.from('a.test')))),
  extension(5, Buffer.from([1, 0, 0, 0, 0])),
  extension(10, vector16(uint16(0x1d), uint16(0x17), uint16(0x2a2a))),
  extension(11, vector8(Buffer.from([0]))),
  extension(13, vector16(uint16(0x0804), uint16(0x0403))),
  extension(16, vector16(vector8(Buffer.from('h2')), vector8(Buffer.from('http/1.1')))),
  extension(43, vector8(uint16(0x0304), uint16(0x0303))),
  extension(51, vector16(uint16(0x1d), vector16(Buffer.alloc(8, 7)))),
];

function hello(chosen: readonly Buffer[]): Buffer {
  const body = Buffer.concat([
    uint16(0x0303),
    Buffer.alloc(32, 9),
    vector8(Buffer.alloc(4, 1)),
    vector16(uint16(0x1301), uint16(0xc02b), uint16(0x0a0a)),
    vector8(Buffer.from([0])),
    vector16(...chosen),
  ]);
  return Buffer.concat([Buffer.from([1, 0]), uint16(body.length), body]);
}

/** A message in records of that size. */
function records(message: Buffer, size: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < message.length; at += size)
    parts.push(Buffer.from([22, 3, 1]), vector16(message.subarray(at, at + size)));
  return Buffer.concat(parts);
}

const seeds: readonly Buffer[] = [
  records(hello(extensions), 4096),
  records(hello(extensions.slice(0, 1)), 40),
  records(hello(extensions.slice(5)), 4096),
  records(hello([]), 10),
];

/** Everything that the inspector does with a ClientHello is done with it. */
function read(bytes: Buffer, length: number, isShown: boolean): HelloReading {
  const reading = readClientHello(bytes, length);
  if (isShown && typeof reading === 'object') {
    ja3(reading);
    ja4(reading);
  }
  return reading;
}

/**
 * Bent ClientHellos: no throw, and a front of the bytes never says anything but what the whole says. Answers how many
 * were read.
 */
export function fuzzHello(runs: number, seed: number): number {
  const draw = new MersenneTwister(seed);
  let accepted = 0;
  for (let run = 0; run < runs; run++) {
    const bytes = bend(Buffer.from(seeds[draw.next() % seeds.length] as Buffer), draw);
    const whole = read(bytes, bytes.length, run % 64 === 0);
    if (typeof whole === 'object') accepted++;
    if (run % 2 !== 0) continue;
    run++;
    const front = read(bytes, draw.next() % (bytes.length + 1), false);
    if (front !== 'incomplete' && front !== whole) deepEqual(front, whole, bytes.toString('hex'));
  }
  return accepted;
}

/** Up to three bytes are changed, and now and then the end is missing. */
function bend(bytes: Buffer, draw: MersenneTwister): Buffer {
  for (let left = draw.next() % 4; left > 0; left--) bytes[draw.next() % bytes.length] = draw.next() & 0xff;
  return draw.next() % 8 === 0 ? bytes.subarray(0, draw.next() % bytes.length) : bytes;
}
