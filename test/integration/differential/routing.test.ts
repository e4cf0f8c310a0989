import { compareSuites } from './compare.js';
import { familyBootstrap } from './families/filter-family.js';
import { routingFamilies } from './families/routing/routing-families.js';

const log = [
  'path=%REQ(:PATH)%',
  'cluster=%UPSTREAM_CLUSTER%',
  'vcluster=%VIRTUAL_CLUSTER_NAME%',
  'attempts=%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
  'authority=%REQ(:AUTHORITY)%',
  'failure=%UPSTREAM_TRANSPORT_FAILURE_REASON%',
].join(' ');

compareSuites([
  {
    bootstrap: familyBootstrap('routing', routingFamilies, log),
    cases: routingFamilies.flatMap((family) => family.cases),
  },
]);
