import { after } from 'node:test';
import { opensslMissing, TestAuthority } from '../../support/certificates.js';
import { compareSuites } from './compare.js';
import { networkFamilyBootstrap } from './network/network-family.js';
import { peerFamily } from './network/peer-family.js';

if (opensslMissing() === undefined) {
  const authority = new TestAuthority({ after });
  const family = peerFamily({
    ca: authority.ca,
    server: authority.issue({ subject: '/CN=server', sans: 'DNS:server.test' }),
    named: authority.issue({
      subject: '/O=Org/CN=named',
      sans: 'URI:spiffe://td/a,URI:spiffe://td/b,DNS:a.test,DNS:b.test',
    }),
    nameless: authority.issue({ subject: '/CN=nameless' }),
  });
  compareSuites([{ bootstrap: networkFamilyBootstrap('TLS peers', family), cases: family.cases }]);
}
