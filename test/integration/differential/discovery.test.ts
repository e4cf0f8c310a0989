import { compareSuites } from './compare.js';
import { aggregateFamily } from './families/aggregate-family.js';
import { discoveryFamily } from './families/discovery-family.js';
import { familyBootstrap } from './families/filter-family.js';
import { originalDstFamily } from './families/original-dst-family.js';

const families = [discoveryFamily, originalDstFamily, aggregateFamily];

compareSuites([
  {
    bootstrap: familyBootstrap('discovery', families, 'host=%UPSTREAM_HOST% long=%RESPONSE_FLAGS_LONG%'),
    cases: families.flatMap((family) => family.cases),
  },
]);
