import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { ByteTransformEvents } from '../../../../../src/api/compression.js';
import {
  DataStatus,
  type Flow,
  type StreamControl,
  TrailersStatus,
} from '../../../../../src/api/http-filter.js';
import { HeaderMap } from '../../../../../src/base/header-map.js';
import { BodyTransform } from '../../../../../src/extensions/filters/http/body-transform.js';

function setUp(maxInflateRatio = 0) {
  const done: string[] = [];
  let events: ByteTransformEvents | null = null;
  const flow = {
    limitBytes: 10,
    isEnded: true,
    trailers: null as HeaderMap | null,
    pause: () => void done.push('pause'),
    unpause: () => void done.push('unpause'),
    resume: () => void done.push('resume'),
    inject: (bytes: Uint8Array, ends: boolean) =>
      void done.push(`inject ${bytes.length}${ends ? ' end' : ''}`),
  };
  const stream = { guard: (task: () => void) => task() } as StreamControl;
  const body = new BodyTransform(
    stream,
    flow as unknown as Flow<HeaderMap>,
    {
      maxInflateRatio,
      make: (given) => {
        events = given;
        return {
          write: (bytes) => void done.push(`write ${bytes.length}`),
          end: () => void done.push('end'),
          destroy: () => void done.push('destroy'),
        };
      },
    },
    {
      onIn: () => undefined,
      onOut: () => undefined,
      onLast: () => void done.push('last'),
      onBadBody: () => void done.push('bad'),
    },
  );
  const give = (length: number, ends = false) =>
    body.onData({ buffer: Buffer.alloc(length), start: 0, end: length }, ends);
  return { done, flow, body, give, events: events as unknown as ByteTransformEvents };
}

test('the sender is paused while more than the limit waits to be worked on', () => {
  const { done, give, events } = setUp();
  equal(give(8), DataStatus.StopNoBuffer);
  give(8);
  events.onTaken(8);
  events.onTaken(8);
  deepEqual(done, ['write 8', 'write 8', 'pause', 'unpause']);
});

test('the end follows the last byte, with trailers where there are any', () => {
  const plain = setUp();
  plain.give(3, true);
  plain.events.onBytes(Buffer.alloc(2));
  plain.events.onEnd();
  deepEqual(plain.done, ['write 3', 'end', 'inject 2', 'last', 'inject 0 end']);
  const trailed = setUp();
  trailed.flow.trailers = new HeaderMap();
  equal(trailed.body.onTrailers(), TrailersStatus.Stop);
  trailed.events.onEnd();
  deepEqual(trailed.done, ['end', 'last', 'resume']);
});

test('a body that grows too much ends where it is', () => {
  const { done, give, events } = setUp(2);
  give(3, true);
  events.onBytes(Buffer.alloc(6));
  events.onBytes(Buffer.alloc(1));
  events.onBytes(Buffer.alloc(9));
  deepEqual(done, ['write 3', 'end', 'inject 6', 'inject 1', 'destroy', 'bad', 'last', 'inject 0 end']);
});
