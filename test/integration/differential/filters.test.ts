import { compareSuites } from './compare.js';
import { authenticationFamily } from './families/authentication-family.js';
import { authzFamily } from './families/authz-family.js';
import { compressionFamily } from './families/compression-family.js';
import { familyBootstrap } from './families/filter-family.js';
import { grpcAuthzFamily } from './families/grpc-authz-family.js';
import { jwtFamily } from './families/jwt-family.js';
import { localRateLimitFamily } from './families/local-ratelimit-family.js';
import { rbacFamily } from './families/rbac-family.js';
import { trafficFamilies, trafficLog } from './families/traffic-families.js';

const accessFamilies = [
  authzFamily,
  grpcAuthzFamily,
  rbacFamily,
  localRateLimitFamily,
  authenticationFamily,
  compressionFamily,
  jwtFamily,
];

const accessLog =
  'rbac=%DYNAMIC_METADATA(envoy.filters.http.rbac)% hint=%DYNAMIC_METADATA(envoy.common)% basic=%DYNAMIC_METADATA(envoy.filters.http.basic_auth)% jwt=%DYNAMIC_METADATA(envoy.filters.http.jwt_authn)% authz=%DYNAMIC_METADATA(envoy.filters.http.ext_authz)%';

compareSuites([
  {
    bootstrap: familyBootstrap('access and limits', accessFamilies, accessLog),
    cases: accessFamilies.flatMap((family) => family.cases),
  },
  {
    bootstrap: familyBootstrap('traffic', trafficFamilies, trafficLog),
    cases: trafficFamilies.flatMap((family) => family.cases),
  },
]);
