import { compareSuites } from './compare.js';
import { accessFamily } from './network/access-family.js';
import { chainFamily } from './network/chain-family.js';
import { clientFamily } from './network/client-family.js';
import { hostProxyFamily, hostProxyLog } from './network/forward-proxy-family.js';
import { internalFamily, internalLog } from './network/internal-family.js';
import { networkFamilyBootstrap } from './network/network-family.js';
import { serviceFamily, serviceLog } from './network/service-family.js';
import { socketFamily, socketLog } from './network/socket-family.js';
import { tunnelFamily, tunnelLog } from './network/tunnel-family.js';

compareSuites([
  { bootstrap: networkFamilyBootstrap('tunnels', tunnelFamily, tunnelLog), cases: tunnelFamily.cases },
  { bootstrap: networkFamilyBootstrap('clients told of', clientFamily), cases: clientFamily.cases },
  { bootstrap: networkFamilyBootstrap('services', serviceFamily, serviceLog), cases: serviceFamily.cases },
  { bootstrap: networkFamilyBootstrap('access', accessFamily), cases: accessFamily.cases },
  {
    bootstrap: networkFamilyBootstrap('hosts behind a proxy', hostProxyFamily, hostProxyLog),
    cases: hostProxyFamily.cases,
  },
  { bootstrap: networkFamilyBootstrap('chains', chainFamily), cases: chainFamily.cases },
  {
    bootstrap: networkFamilyBootstrap('internal listeners', internalFamily, internalLog),
    cases: internalFamily.cases,
  },
  { bootstrap: networkFamilyBootstrap('sockets', socketFamily, socketLog), cases: socketFamily.cases },
]);
