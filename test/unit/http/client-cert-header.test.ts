import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { RequestHeaders } from '../../../src/base/header-map.js';
import type { ClientCertRule } from '../../../src/http/client-cert-element.js';
import { forwardClientCert } from '../../../src/http/client-cert-header.js';
import { certificateFacts, tlsInfo } from '../../support/tls-info.js';

const rule: ClientCertRule = {
  mode: 'APPEND_FORWARD',
  subject: false,
  cert: false,
  chain: false,
  dns: false,
  uri: false,
  issuer: false,
  isJson: true,
};

const peer = certificateFacts({ sha256: 'ab', issuer: 'CN="CA"', urlEncodedPem: '-----%0A' });

function forwarded(given: string, changes: Partial<ClientCertRule> = {}, shown = true): string | undefined {
  const headers = new RequestHeaders();
  if (given !== '') headers.add('x-forwarded-client-cert', given);
  const tls = tlsInfo(shown ? { peer, peerChain: [peer] } : {});
  forwardClientCert(headers, { ...rule, ...changes }, tls);
  return headers.get('x-forwarded-client-cert');
}

test('the first element has the configured form', () => {
  equal(forwarded('', { isJson: false, issuer: true, uri: true }), 'Hash=ab;URI=;Issuer="CN="CA""');
  equal(
    forwarded('', { issuer: true, uri: true, cert: true, chain: true }),
    '[{"hash":"ab","cert":"-----\\n","chain":["-----\\n"],"issuer":"CN=\\"CA\\""}]',
  );
});

test('further elements have the form of those before', () => {
  equal(forwarded('Hash=1'), 'Hash=1,Hash=ab');
  equal(forwarded('[{"hash":"1"}]', { isJson: false }), '[{"hash":"1"},{"hash":"ab"}]');
});

test('who shows no certificate is believed only where all are', () => {
  equal(forwarded('Hash=1', {}, false), undefined);
  equal(forwarded('Hash=1', { mode: 'FORWARD_ONLY' }, false), undefined);
  equal(forwarded('Hash=1', { mode: 'ALWAYS_FORWARD_ONLY' }, false), 'Hash=1');
});
