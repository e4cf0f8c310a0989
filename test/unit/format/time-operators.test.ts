import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { compileFormat } from '../../../src/format/text-format.js';
import { logContext, streamInfo } from '../../support/stream-info.js';

const format = compileFormat(
  '%COMMON_DURATION(US_CX_BEG:US_CX_END:us)% %COMMON_DURATION(US_CX_END:US_HS_END)% %COMMON_DURATION(US_CX_END:US_TX_BEG)% %COMMON_DURATION(DS_RX_BEG:US_CX_BEG)%',
  {},
);

test('a duration may begin with the connection that the request came upon', () => {
  const upstreamConnectionTimes = { startMs: 40, connectedMs: 41.5, handshakeMs: 44.25 };
  const info = streamInfo({ upstreamConnectionTimes });
  equal(format(logContext({ info })), '1500 2 60 -');
});

test('without a connection, or a handshake on it, there is nothing to measure from', () => {
  equal(format(logContext()), '- - - -');
  const clear = { startMs: 100, connectedMs: 101, handshakeMs: Number.NaN };
  equal(format(logContext({ info: streamInfo({ upstreamConnectionTimes: clear }) })), '1000 - 1 0');
});
