import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import {
  chooseCoding,
  parseAcceptEncoding,
} from '../../../../../../src/extensions/filters/http/compressor/accept-encoding.js';

const gzip = { coding: 'gzip', choosesFirst: false };
const br = { coding: 'br', choosesFirst: false };

test('weights are read, and a weight that is no number makes its coding unusable', () => {
  deepEqual(parseAcceptEncoding('gzip ; q = 0.5, br;level=1, zstd;q=x,, *'), [
    { coding: 'gzip', weight: 0.5 },
    { coding: 'br', weight: 1 },
    { coding: '*', weight: 1 },
  ]);
});

test('the highest weight wins, then the first named', () => {
  equal(chooseCoding('gzip;q=0.5, br', [gzip, br]).coding, 'br');
  equal(chooseCoding('br, gzip', [gzip, br]).coding, 'br');
  equal(chooseCoding('br, gzip', [{ ...gzip, choosesFirst: true }, br]).coding, 'gzip');
});

test('a wildcard stands for what is not refused by name', () => {
  deepEqual(chooseCoding('gzip;q=0, *', [gzip, br]), { coding: 'br', reason: 'wildcard' });
  deepEqual(chooseCoding('gzip;q=0, *', [gzip]), { coding: 'identity', reason: 'not-valid' });
});

test('nothing in common is not valid, identity is a choice', () => {
  equal(chooseCoding('deflate', [gzip]).reason, 'not-valid');
  equal(chooseCoding('', [gzip]).reason, 'not-valid');
  equal(chooseCoding('identity, gzip;q=0.5', [gzip]).reason, 'identity');
});
