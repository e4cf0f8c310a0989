import { after } from 'node:test';
import { DnsServer } from '../../support/dns-server.js';
import { compareSuites } from './compare.js';
import { familyBootstrap } from './families/filter-family.js';
import { forwardProxyFamily, forwardProxyNames } from './families/forward-proxy-family.js';

const server = await DnsServer.start();
after(() => server.close());
for (const [name, records] of Object.entries(forwardProxyNames)) server.set(name, { ttl: 600, ...records });

const family = forwardProxyFamily(server.port);

compareSuites([
  {
    bootstrap: familyBootstrap('forward proxy', [family], 'host=%UPSTREAM_HOST% named=%UPSTREAM_HOST_NAME%'),
    cases: family.cases,
  },
]);
