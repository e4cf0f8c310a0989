import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { RequestHeaders } from '../../../../src/base/header-map.js';
import { xffDetection } from '../../../../src/extensions/original-ip-detection/xff/xff.js';
import { ipAddress } from '../../../../src/network/address.js';

function detected(
  config: Parameters<typeof xffDetection.build>[0],
  forwardedFor: string,
  peer = '10.0.0.9',
): [string | undefined, boolean, boolean] {
  const headers = new RequestHeaders();
  headers.add('x-forwarded-for', forwardedFor);
  const found = xffDetection.build(config).detect(headers, ipAddress(peer, 1));
  return [found.address?.ip, found.mayBeInternal, found.skipsXffAppend];
}

const byHops = (trustedHops: number) => ({ trustedHops, trustedRanges: null, skipsAppend: true });
const byRange = { trustedHops: 0, trustedRanges: ['10.0.0.0/8'], skipsAppend: true };

test('hops count from the right', () => {
  deepEqual(detected(byHops(0), '1.1.1.1,2.2.2.2'), ['2.2.2.2', false, true]);
  deepEqual(detected(byHops(1), '1.1.1.1,2.2.2.2'), ['1.1.1.1', false, true]);
  deepEqual(detected(byHops(2), '1.1.1.1,2.2.2.2'), [undefined, false, true]);
  deepEqual(detected(byHops(0), '1.1.1.1'), ['1.1.1.1', true, true]);
});

test('trusted proxies are passed over from the right; the leftmost one stands when all are trusted', () => {
  deepEqual(detected(byRange, '1.1.1.1, 10.0.0.1, 10.0.0.2'), ['1.1.1.1', false, true]);
  deepEqual(detected(byRange, '10.0.0.1,10.0.0.2'), ['10.0.0.1', false, true]);
  deepEqual(detected(byRange, 'x,10.0.0.2'), [undefined, false, true]);
});

test('a peer that is not trusted is not believed, and its address is added', () => {
  deepEqual(detected(byRange, '1.1.1.1', '192.0.2.1'), [undefined, false, false]);
});
