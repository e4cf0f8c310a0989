import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { respBulk, respError } from '../../../../../../src/codec/redis/resp-value.js';
import { joinInfo } from '../../../../../../src/extensions/filters/network/redis-proxy/join-info.js';

function joined(section: string, ...texts: readonly string[]): string {
  const { value } = joinInfo(texts.map(respBulk), section);
  return 'text' in value ? value.text : '';
}

test('numbers are summed up or the greatest is told, and the first host speaks for the rest', () => {
  const one = '# Server\r\nredis_version:7.0.1\r\nuptime_in_seconds:5\r\n';
  const two = '# Server\r\nredis_version:7.0.2\r\nuptime_in_seconds:9\r\n';
  equal(
    joined('server', one, two),
    '# Server\r\nredis_version:7.0.1\r\nredis_mode:cluster\r\nuptime_in_seconds:9\r\nuptime_in_days:0\r\nio_threads_active:0\r\n',
  );
  equal(
    joined('', '# Clients\r\nblocked_clients:2\r\n', '# Clients\r\nblocked_clients:3\r\n').includes(
      'blocked_clients:5\r\n',
    ),
    true,
  );
});

test('bytes are told for people as well', () => {
  const text = joined('memory', '# Memory\r\nused_memory:1000\r\n', '# Memory\r\nused_memory:1048\r\n');
  equal(text.includes('used_memory:2048\r\nused_memory_human:2.00K\r\n'), true);
});

test('keys of all hosts are counted together', () => {
  const text = joined(
    'keyspace',
    '# Keyspace\r\ndb0:keys=1,expires=2,avg_ttl=10\r\n',
    '# Keyspace\r\ndb0:keys=3,expires=0,avg_ttl=0\r\n',
  );
  equal(text, '# Keyspace\r\ndb0:keys=4,expires=2,avg_ttl=2\r\n');
});

test('an error of one host stands for all', () => {
  const { value, isError } = joinInfo([respBulk(''), respError('ERR no')], '');
  equal(isError, true);
  equal('text' in value && value.text, 'ERR no');
});
