import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseHeaders } from '../../../../../../src/base/header-map.js';
import type { Plain } from '../../../../../../src/base/plain.js';
import { StructNode } from '../../../../../../src/config/node/struct-node.js';
import { autopsyFilter } from '../../../../../../src/extensions/filters/http/autopsy/autopsy.js';
import { parseAutopsy } from '../../../../../../src/extensions/filters/http/autopsy/config.js';
import { autopsy } from '../../../../../support/autopsies.js';
import { filterThread } from '../../../../../support/filter-stream.js';
import { address, connectionInfo, requestHeaders } from '../../../../../support/stream-info.js';

function read(object: { readonly [field: string]: Plain }) {
  const errors: string[] = [];
  const node = new StructNode('sluice.v1.Autopsy', object, {
    origin: { source: 'f.yaml', line: 1, column: 1, path: '' },
    error: (text) => void errors.push(text),
    warn: () => undefined,
    needs: { secret: () => undefined, cluster: () => undefined },
  });
  const config = parseAutopsy(node);
  node.finish();
  return { config, errors };
}

test('who may see it has to be said', () => {
  equal(read({}).errors.length, 1);
  deepEqual(read({ source_ranges: ['10.0.0.0/8', '::1'] }).errors, []);
  equal(read({ source_ranges: ['ten'] }).errors.length, 1);
  equal(read({ request_header: { name: 'x-key' } }).errors.length, 1);
});

const near = connectionInfo({ directRemoteAddress: address('10.1.2.3', 4000) });
const far = connectionInfo({ directRemoteAddress: address('192.0.2.1', 4000) });

function headerFor(
  config: { readonly [field: string]: Plain },
  connection = near,
  key?: string,
): string | undefined {
  const { filter, info } = filterThread().build(autopsyFilter, read(config).config)([], connection);
  info.autopsies = [autopsy({ connection: null })];
  const request = requestHeaders('/');
  if (key !== undefined) request.set('x-key', key);
  filter.onRequestHeaders?.(request, true);
  equal(request.has('x-key'), false);
  const response = new ResponseHeaders(503);
  filter.onResponseHeaders?.(response, true);
  return response.get('x-why');
}

test('peers in a range see it, others do not', () => {
  const config = { header_name: 'X-Why', source_ranges: ['10.0.0.0/8'] };
  equal(headerFor(config), 'keep-alive-race,host=10.0.0.1:80,try=1,after=3.2ms,final');
  equal(headerFor(config, far), undefined);
});

test('with a key in a header whoever has it sees it, and with both both are needed', () => {
  const keyed = { header_name: 'x-why', request_header: { name: 'X-Key', value: 'open' } };
  equal(headerFor(keyed, far, 'open') === undefined, false);
  equal(headerFor(keyed, far, 'guess'), undefined);
  equal(headerFor(keyed, far), undefined);
  equal(headerFor({ ...keyed, source_ranges: ['10.0.0.0/8'] }, far, 'open'), undefined);
});
