import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { WireMeter } from '../../../src/base/wire-meter.js';
import { compileFormat } from '../../../src/format/text-format.js';
import { printsWireBytes } from '../../../src/format/wire-operators.js';
import { logContext, streamInfo } from '../../support/stream-info.js';

const format = compileFormat(
  ['DOWNSTREAM', 'UPSTREAM']
    .flatMap((side) =>
      ['WIRE', 'HEADER', 'DECOMPRESSED_HEADER'].flatMap((kind) => [
        `%${side}_${kind}_BYTES_RECEIVED%`,
        `%${side}_${kind}_BYTES_SENT%`,
      ]),
    )
    .join(' '),
  {},
);

test('bytes on the wire are printed as the codecs counted them', () => {
  const downstreamWire = new WireMeter();
  downstreamWire.onHeadReceived(29, 8);
  downstreamWire.onBytesReceived(3);
  downstreamWire.onHeadSent('HTTP/1.1 200 OK\r\na: b\r\n\r\n');
  equal(format(logContext({ info: streamInfo({ downstreamWire }) })), '32 25 8 6 8 6 0 0 0 0 0 0');
});

test('a retry goes on from what the attempt before has counted, and counts heads uncompressed again', () => {
  const upstreamWire = new WireMeter();
  const first = new WireMeter();
  first.begin(upstreamWire);
  first.onHeadReceived(40, 18);
  upstreamWire.copy(first);
  const second = new WireMeter();
  second.begin(upstreamWire);
  second.onHeadReceived(40, 18);
  upstreamWire.copy(second);
  equal(format(logContext({ info: streamInfo({ upstreamWire }) })), '0 0 0 0 0 0 80 0 36 0 54 0');
});

test('of a TCP connection all bytes are told, and no heads', () => {
  const connected = { protocol: '', bytesReceived: 20, bytesSent: 50, upstreamConnectionId: 4 };
  equal(format(logContext({ info: streamInfo(connected) })), '20 50 0 0 0 0 50 20 0 0 0 0');
  const refused = { ...connected, upstreamConnectionId: 0 };
  equal(format(logContext({ info: streamInfo(refused) })), '20 50 0 0 0 0 0 0 0 0 0 0');
});

test('codecs count only for configurations that print it', () => {
  equal(printsWireBytes([{ format: '%UPSTREAM_HEADER_BYTES_SENT%' }]), true);
  equal(printsWireBytes([{ format: '%RESPONSE_HEADERS_BYTES% %BYTES_SENT%' }]), false);
});
