import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { parseRedirection } from '../../../../../../src/extensions/filters/network/redis-proxy/redirection.js';
import { StrayHosts } from '../../../../../../src/extensions/filters/network/redis-proxy/stray-hosts.js';

test('three words that begin with MOVED or ASK name a host', () => {
  const ten = { address: '10.0.0.1:6381', host: '10.0.0.1', port: '6381', isAddress: true };
  deepEqual(parseRedirection('MOVED 3999 10.0.0.1:6381'), { ...ten, isAsk: false });
  deepEqual(parseRedirection('ASK  3999  10.0.0.1:6381'), { ...ten, isAsk: true });
  const named = { address: 'host:1', host: 'host', port: '1', isAddress: false, isAsk: false };
  deepEqual(parseRedirection('MOVED 1 host:1'), named);
  equal(parseRedirection('MOVED 3999'), null);
  equal(parseRedirection('moved 3999 10.0.0.1:6381'), null);
  equal(parseRedirection(''), null);
  equal(parseRedirection('CLUSTERDOWN Hash slot not served'), 'down');
});

test('hosts nobody knew are addresses, each one host, and not too many', () => {
  const hosts = new StrayHosts(2);
  const first = hosts.find('10.0.0.1:1');
  equal(hosts.find('10.0.0.1:1'), first);
  for (const wrong of ['', '10.0.0.1', '10.0.0.1:', '10.0.0.1:70000', 'name:1', '10.0.0.1:x', ':5']) {
    equal(hosts.find(wrong), null, wrong);
  }
  const six = hosts.find('::1:7');
  equal(six !== null && six !== 'too many' && six.address.text, '[::1]:7');
  equal(hosts.find('10.0.0.2:1'), 'too many');
  equal(hosts.find('10.0.0.1:1'), first);
});
