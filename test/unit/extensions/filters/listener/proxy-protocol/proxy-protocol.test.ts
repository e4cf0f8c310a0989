import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { proxyProtocol } from '../../../../../../src/extensions/filters/listener/proxy-protocol/proxy-protocol.js';
import { readText } from '../../../../../support/config-text.js';
import { networkThreads } from '../../../../../support/network-thread.js';
import { connectionInfo, notRedirected } from '../../../../../support/stream-info.js';

function filterOf(text: string) {
  const { thread, stats } = networkThreads();
  const config = readText(proxyProtocol.typeUrl, text, proxyProtocol.parse).value;
  const info = connectionInfo();
  const filter = proxyProtocol.build(config, thread(1))(info, notRedirected);
  const inspect = (bytes: string): string => filter.inspect(Buffer.from(bytes, 'latin1'), bytes.length);
  return { filter, info, inspect, stats };
}

test('the addresses of the header replace those of the socket, and it is taken off the front', () => {
  const { filter, info, inspect, stats } = filterOf('{ stat_prefix: own }');
  equal(inspect(''), 'wait');
  const header = 'PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\n';
  equal(inspect(`${header}rest`), 'continue');
  equal(filter.consumedBytes, header.length);
  equal(info.remoteAddress.text, '192.0.2.1:1000');
  equal(info.localAddress.text, '192.0.2.2:80');
  equal(info.directRemoteAddress.text, '10.0.0.9:4000');
  deepEqual(Object.fromEntries(stats), { 'proxy_proto.own.versions.v1.found': 1 });
});

test('a connection without header passes untouched where that is allowed', () => {
  const open = filterOf('{ allow_requests_without_proxy_protocol: true }');
  equal(open.inspect('GET /'), 'continue');
  equal(open.filter.consumedBytes, 0);
  const closed = filterOf('{}');
  equal(closed.inspect('GET /'), 'wait');
  equal(closed.inspect('GET / HTTP/1.1\r\n'), 'close');
  deepEqual(Object.fromEntries(closed.stats), {
    'proxy_proto.not_found_disallowed': 1,
    downstream_cx_proxy_proto_error: 1,
  });
});

test('rules put TLVs into metadata, with what is no text made visible', () => {
  const { info, inspect } = filterOf(
    '{ rules: [{ tlv_type: 3, on_tlv_present: { metadata_namespace: own, key: field } }] }',
  );
  const address = '\x01\x02\x03\x04\x05\x06\x07\x08\0\x01\0\x02';
  equal(inspect(`\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x11${address}\x03\0\x02a\xff`), 'continue');
  deepEqual(info.dynamicMetadata?.get('own'), { field: 'a!' });
});
