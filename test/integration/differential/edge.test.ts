import { compareSuites } from './compare.js';
import { edgeFamily } from './families/edge-family.js';
import { familyBootstrap } from './families/filter-family.js';
import { runtimeFamily } from './families/runtime-family.js';

const families = [edgeFamily, runtimeFamily];

compareSuites([
  {
    bootstrap: familyBootstrap(
      'edges and runtime',
      families,
      'host=%UPSTREAM_HOST% tried=%UPSTREAM_HOSTS_ATTEMPTED%',
    ),
    cases: families.flatMap((family) => family.cases),
  },
]);
