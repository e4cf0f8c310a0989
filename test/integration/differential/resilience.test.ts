import { compareSuites } from './compare.js';
import { familyBootstrap } from './families/filter-family.js';
import { attemptFamily } from './families/resilience/attempt-family.js';
import { limitFamily } from './families/resilience/limit-family.js';
import { pressureSuites } from './families/resilience/pressure-family.js';
import { refreshFamily } from './families/resilience/refresh-family.js';

const families = [limitFamily, attemptFamily, refreshFamily];

const log = [
  'attempts=%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
  'failure=%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  'host=%UPSTREAM_HOST%',
  'tried=%UPSTREAM_HOSTS_ATTEMPTED%',
  'local=%UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%',
  'remote=%UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
  'protocol=%UPSTREAM_PROTOCOL%',
  'long=%RESPONSE_FLAGS_LONG%',
].join(' ');

compareSuites([
  {
    bootstrap: familyBootstrap('resilience', families, log),
    cases: families.flatMap((family) => family.cases),
  },
  ...pressureSuites(log),
]);
