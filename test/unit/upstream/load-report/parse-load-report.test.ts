import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { HeaderMap } from '../../../../src/base/header-map.js';
import { SeededRandom } from '../../../../src/base/random.js';
import { parseLoadReport } from '../../../../src/upstream/load-report/parse-load-report.js';

function parse(value: string, name = 'endpoint-load-metrics') {
  const headers = new HeaderMap();
  headers.add(name, value);
  return parseLoadReport(headers);
}

test('the three forms say the same', () => {
  const wanted = {
    cpu_utilization: 0.5,
    mem_utilization: 0,
    application_utilization: 0,
    eps: 0,
    rps_fractional: 1,
    maps: {
      request_cost: new Map(),
      utilization: new Map(),
      named_metrics: new Map([['a', 0.5]]),
    },
  };
  const double = (tag: number, hex: string): string => Buffer.from([tag]).toString('hex') + hex;
  const half = '000000000000e03f';
  const bytes = `${double(0x09, half) + double(0x31, '000000000000f03f')}420c0a0161${double(0x11, half)}`;
  const binary = Buffer.from(bytes, 'hex').toString('base64');
  deepEqual(parse('TEXT cpu_utilization=0.5, rps_fractional:1,named_metrics.a=0.5'), wanted);
  deepEqual(parse('JSON {"cpuUtilization":0.5,"rps_fractional":"1","namedMetrics":{"a":0.5}}'), wanted);
  deepEqual(parse(`BIN ${binary}`), wanted);
  deepEqual(parse(binary, 'endpoint-load-metrics-bin'), wanted);
});

test('what is no report is none', () => {
  equal(parseLoadReport(new HeaderMap()), null);
  for (const value of ['', 'TEXT', 'JSON', 'BIN', 'XML <a/>', 'TEXT a=1', 'JSON [1]', 'JSON {"a":1}']) {
    const report = parse(value);
    // An empty text and no bytes at all are empty reports.
    equal(report === null || report.rps_fractional === 0, true, value);
  }
  equal(parse('JSON {"utilization": 3}'), null);
  equal(parse('*', 'endpoint-load-metrics-bin'), null);
});

test('no bytes make the reader throw', () => {
  const random = new SeededRandom(17);
  for (let round = 0; round < 2000; round++) {
    const bytes = Buffer.from(Array.from({ length: random.below(40) }, () => random.below(256)));
    parse(bytes.toString('base64'), 'endpoint-load-metrics-bin');
    parse(`JSON ${bytes.toString('latin1')}`);
    parse(`TEXT ${bytes.toString('latin1')}`);
  }
});
