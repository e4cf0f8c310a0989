import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { zooKeeperProxy } from '../../../../../../src/extensions/filters/network/zookeeper-proxy/zookeeper-proxy.js';
import { readText } from '../../../../../support/config-text.js';
import { networkThreads } from '../../../../../support/network-thread.js';
import {
  answer,
  bool,
  connect,
  connectAnswer,
  int,
  packet,
  request,
  text,
} from '../../../../../support/zookeeper/packet-bytes.js';

const read = (config: string) => readText(zooKeeperProxy.typeUrl, config, zooKeeperProxy.parse);

function open(config = 'stat_prefix: p') {
  const threads = networkThreads();
  const { filter, connection } = threads.build(zooKeeperProxy, read(config).value)();
  const client = (bytes: Buffer) => filter.onData?.({ buffer: bytes, start: 0, end: bytes.length }, false);
  const server = (bytes: Buffer) => filter.onWrite?.({ buffer: bytes, start: 0, end: bytes.length }, false);
  const stat = (name: string): number => threads.stats.get(`p.zookeeper.${name}`) ?? 0;
  const metadata = () => connection.record.dynamicMetadata?.get('envoy.filters.network.zookeeper_proxy');
  return { ...threads, client, server, stat, metadata };
}

const getData = (xid: number) => request(xid, 4, text('/a'), bool(true));

test('every field is read', () => {
  const { value, problems, unsupported } = read(`
    stat_prefix: p
    max_packet_bytes: 100
    enable_latency_threshold_metrics: true
    default_latency_threshold: 0.2s
    latency_threshold_overrides: [{ opcode: Multi, threshold: 1s }]
    enable_per_opcode_request_bytes_metrics: true
    enable_per_opcode_response_bytes_metrics: true
    enable_per_opcode_decoder_error_metrics: true
  `);
  deepEqual([...problems, ...unsupported], []);
  deepEqual(value, {
    statPrefix: 'p',
    maxPacketBytes: 100,
    threshold: { defaultMs: 200, overrides: [[14, 1000]] },
    countsRequestBytes: true,
    countsResponseBytes: true,
    countsErrors: true,
  });
});

test('thresholds that are not switched on change nothing', () => {
  equal(read('{ stat_prefix: p, default_latency_threshold: 1s }').value.threshold, null);
});

test('an operation has one threshold', () => {
  const twice = '[{ opcode: Ping, threshold: 1s }, { opcode: Ping, threshold: 2s }]';
  equal(read(`{ stat_prefix: p, latency_threshold_overrides: ${twice} }`).problems.length, 1);
});

test('requests and answers are counted, fast and slow ones apart', () => {
  const { client, server, stat, time } = open(`
    { stat_prefix: p, enable_latency_threshold_metrics: true, default_latency_threshold: 0.1s,
      latency_threshold_overrides: [{ opcode: GetAcl, threshold: 1s }] }`);
  client(Buffer.concat([connect(), getData(1), request(2, 6, text('/a'))]));
  time.advance(500);
  server(Buffer.concat([connectAnswer(), answer(1), answer(2)]));
  for (const name of ['connect_rq', 'getdata_rq', 'getacl_rq', 'connect_resp', 'getdata_resp', 'getacl_resp'])
    equal(stat(name), 1, name);
  for (const name of ['connect_resp_slow', 'getdata_resp_slow', 'getacl_resp_fast'])
    equal(stat(name), 1, name);
  equal(stat('getacl_resp_slow'), 0);
  equal(stat('decoder_error'), 0);
});

test('bytes and errors are counted by operation where that is asked for', () => {
  const { client, server, stat } = open(`
    { stat_prefix: p, enable_per_opcode_request_bytes_metrics: true, enable_per_opcode_response_bytes_metrics: true,
      enable_per_opcode_decoder_error_metrics: true }`);
  client(getData(1));
  server(answer(1));
  client(request(2, 4, text('/a')));
  equal(stat('getdata_rq_bytes'), getData(1).length);
  equal(stat('request_bytes'), getData(1).length);
  equal(stat('getdata_resp_bytes'), answer(1).length);
  equal(stat('getdata_decoder_error'), 1);
  equal(stat('decoder_error'), 1);
});

test('metadata are those of the bytes that were read last', () => {
  const { client, server, metadata } = open();
  client(getData(1));
  deepEqual(metadata(), { opname: 'getdata', path: '/a', watch: 'true', bytes: '19' });
  server(answer(1, -101));
  deepEqual(metadata(), { opname: 'getdata_resp', xid: '1', zxid: '1000', error: '-101', bytes: '20' });
  client(Buffer.from('12345678'));
  deepEqual(metadata(), { opname: 'error' });
});

test('schemes of clients are counted under names that are known', () => {
  const { client, stat } = open();
  for (const scheme of ['digest', 'mine', 'yours']) client(request(-4, 100, int(0), text(scheme), text('x')));
  equal(stat('auth.digest_rq'), 1);
  equal(stat('auth.unknown_scheme_rq'), 2);
});

test('answers to more requests than are followed are errors, not memory', () => {
  const { client, server, stat } = open();
  for (let xid = 1; xid <= 10_001; xid++) client(getData(xid));
  server(answer(10_000));
  equal(stat('decoder_error'), 0);
  server(answer(10_001));
  equal(stat('decoder_error'), 1);
  equal(stat('getdata_rq'), 10_001);
});

test('a packet that is too long is left out, and the next one is read', () => {
  const { client, stat } = open('{ stat_prefix: p, max_packet_bytes: 20 }');
  client(packet(Buffer.alloc(21)));
  client(getData(1));
  equal(stat('decoder_error'), 1);
  equal(stat('getdata_rq'), 1);
});
