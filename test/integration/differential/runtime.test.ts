import { compareSuites } from './compare.js';
import { familyBootstrap } from './families/filter-family.js';
import { runtimeFamily } from './families/runtime-family.js';

compareSuites([
  {
    bootstrap: familyBootstrap(
      'runtime',
      [runtimeFamily],
      'host=%UPSTREAM_HOST% tried=%UPSTREAM_HOSTS_ATTEMPTED%',
    ),
    cases: runtimeFamily.cases,
  },
]);
