import { deepEqual } from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RequestDecoder } from '../../../../src/api/codec.js';
import { BufferPool } from '../../../../src/base/buffer-pool.js';
import { Http2 } from '../../../../src/codec/http2/http2-stats.js';
import { defaultHttp2Options } from '../../../../src/codec/http2/options.js';
import { Http2Server } from '../../../../src/codec/http2/server.js';
import { block, frame, headers, preface, uint32 } from '../../../integration/differential/http2-wire.js';

const head = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':authority', 'a'],
  [':path', '/'],
] as const;

const silent: RequestDecoder = {
  onHeaders: () => undefined,
  on1xx: () => undefined,
  onData: () => undefined,
  onTrailers: () => undefined,
  onReset: () => undefined,
  onAboveWatermark: () => undefined,
  onBelowWatermark: () => undefined,
};

/** The error that a client's frames bring about, if any, and how often `slot` was counted. */
function flood(frames: string, slot: number): readonly [error: string, count: number] {
  let error = '';
  let count = 0;
  const pool = new BufferPool();
  const server = new Http2Server(
    {
      output: {
        writeText: () => undefined,
        writeBytes: () => undefined,
        writeTextAndBytes: () => undefined,
        writePooled: (buffer: Buffer) => pool.giveBack(buffer),
      },
      buffers: pool,
      options: defaultHttp2Options,
      limits: { maxHeadBytes: 2000, maxHeaders: 20, headersWithUnderscores: 'ALLOW' },
      stats: {
        prefix: '',
        inc: (counted: number) => {
          if (counted === slot) count++;
        },
        add: () => undefined,
        set: () => undefined,
        record: () => undefined,
        value: () => 0,
      },
      limitBytes: 65_536,
    },
    {
      // A client that reads nothing.
      isDrained: false,
      onPending: () => undefined,
      onConnectionError: ({ details }) => {
        error ||= details;
      },
      onGoaway: () => undefined,
      onPingAck: () => undefined,
      onStreamClosed: () => undefined,
      newStream: () => silent,
    },
  );
  const wire = Buffer.from(preface + frame('settings', 0, 0, '') + frames, 'latin1');
  server.dispatch(wire, 0, wire.length);
  server.stop('connection-termination', '');
  return [error, count];
}

const open = headers(1, head, false);
const ping = frame('ping', 0, 0, 'x'.repeat(8));
const settings = frame('settings', 0, 0, '');
const empty = frame('data', 0, 1, '');
const priority = frame('priority', 0, 1, `${uint32(0)}x`);
const window = frame('window', 0, 1, uint32(1));
const control = 'codec_error:Too_many_control_frames_in_the_outbound_queue.';

describe('floods end the connection and count, and what is just allowed does not', () => {
  const cases = [
    ['PING', ping.repeat(999), ping.repeat(1001), Http2.outbound_control_flood, control],
    ['SETTINGS', settings.repeat(998), settings.repeat(1001), Http2.outbound_control_flood, control],
    [
      'empty DATA',
      open + empty,
      open + empty.repeat(2),
      Http2.inbound_empty_frames_flood,
      'http2.inbound_empty_frames_flood',
    ],
    [
      'PRIORITY',
      open + priority.repeat(200),
      open + priority.repeat(201),
      Http2.inbound_priority_frames_flood,
      'codec_error:Too_many_PRIORITY_frames',
    ],
    [
      'WINDOW_UPDATE',
      open + window.repeat(7),
      open + window.repeat(8),
      Http2.inbound_window_update_frames_flood,
      'codec_error:Too_many_WINDOW_UPDATE_frames',
    ],
  ] as const;
  for (const [name, allowed, excessive, slot, error] of cases) {
    test(name, () => {
      deepEqual(flood(allowed, slot), ['', 0]);
      deepEqual(flood(excessive, slot), [error, 1]);
    });
  }

  test('CONTINUATION without end', () => {
    const piece = frame('continuation', 0, 1, block([['x-a', 'y'.repeat(16_000)]]));
    const frames = frame('headers', 0, 1, block(head)) + piece.repeat(8);
    deepEqual(flood(frames, Http2.header_overflow), ['http2.too_large_headers', 0]);
  });

  test('a head that unpacks to more than the limit', () => {
    const bomb = block([...head, ['x-a', 'y'.repeat(1900)], ['x-b', 'y'.repeat(200)]]);
    deepEqual(flood(frame('headers', 5, 1, bomb), Http2.header_list_size_too_large), ['', 1]);
  });
});
