import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpFilterContext } from '../../../../../../src/api/http-filter.js';
import { parseCredentialInjector } from '../../../../../../src/extensions/filters/http/credential-injector/config.js';
import { credentialInjectorFilter } from '../../../../../../src/extensions/filters/http/credential-injector/credential-injector.js';
import { readText } from '../../../../../support/config-text.js';
import { filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

function inject(rest: string, secret: string, fields: readonly [string, string][] = []) {
  const text = `{ ${rest} credential: { name: c, typed_config: {
    "@type": type.googleapis.com/envoy.extensions.http.injected_credentials.generic.v3.Generic,
    credential: { name: token } } } }`;
  const { value } = readText(credentialInjectorFilter.typeUrl, text, parseCredentialInjector);
  const bytes = secret === '' ? undefined : new Uint8Array(Buffer.from(secret));
  const secrets = {
    generation: 1,
    get: (key: string) => (key === 'generic_secret/token' ? bytes : undefined),
  };
  const parts: Partial<HttpFilterContext> = { secrets };
  const thread = filterThread({}, parts);
  const { filter, replies } = thread.build(credentialInjectorFilter, value)();
  const headers = requestHeaders('/', fields);
  filter.onRequestHeaders?.(headers, true);
  const name = [...thread.stats.keys()].map((key) => key.split('.').at(-1));
  return {
    value: headers.get('authorization'),
    statuses: replies.map(({ status }) => status),
    counted: name,
  };
}

test('a request without the header gets the secret', () => {
  deepEqual(inject('', 'Basic x'), { value: 'Basic x', statuses: [], counted: ['injected'] });
});

test('a header of the client stays, unless it is to be written over', () => {
  const own: [string, string][] = [['authorization', 'own']];
  equal(inject('', 'Basic x', own).value, 'own');
  equal(inject('overwrite: true,', 'Basic x', own).value, 'Basic x');
});

test('without a secret the request is refused, unless it may go without', () => {
  deepEqual(inject('', '').statuses, [401]);
  deepEqual(inject('allow_request_without_credential: true,', ''), {
    value: undefined,
    statuses: [],
    counted: ['failed'],
  });
});
