import { compareSuites } from './compare.js';
import { connectFamily } from './families/connect-family.js';
import { familyBootstrap } from './families/filter-family.js';
import { forwardProtoFamily } from './families/forward-proto-family.js';
import { localReplyFamily } from './families/local-reply-family.js';
import { managerFamily } from './families/manager-family.js';
import { routerFamily } from './families/router-family.js';

const managerFamilies = [localReplyFamily, managerFamily, connectFamily, routerFamily, forwardProtoFamily];

const managerLog =
  'scheme=%REQ(:SCHEME)% remote=%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% host=%REQ(:AUTHORITY)% type=%ACCESS_LOG_TYPE% answer=%RESP(CONTENT-TYPE)%';

compareSuites([
  {
    bootstrap: familyBootstrap('connection manager', managerFamilies, managerLog),
    cases: managerFamilies.flatMap((family) => family.cases),
  },
]);
