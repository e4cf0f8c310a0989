import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { withoutEnvoy } from '../../support/envoy.js';
import { readRepositoryFile } from '../../support/repository.js';
import { acceptedDifferences } from './accepted-differences.js';
import { featureCases } from './cases/all-cases.js';
import { frontCases } from './cases/front-cases.js';
import { networkCases } from './cases/network-cases.js';
import { authenticationFamily } from './families/authentication-family.js';
import { authzFamily } from './families/authz-family.js';
import { compressionFamily } from './families/compression-family.js';
import { connectFamily } from './families/connect-family.js';
import { familyBootstrap } from './families/filter-family.js';
import { grpcFamily } from './families/grpc-family.js';
import { hostileFamily } from './families/hostile-family.js';
import { http2Family, http2Log } from './families/http2-family.js';
import { jwtFamily } from './families/jwt-family.js';
import { localRateLimitFamily } from './families/local-ratelimit-family.js';
import { localReplyFamily } from './families/local-reply-family.js';
import { managerFamily } from './families/manager-family.js';
import { rbacFamily } from './families/rbac-family.js';
import { trafficFamilies, trafficLog } from './families/traffic-families.js';
import { featureBootstrap } from './feature-bootstrap.js';
import { frontBootstrap } from './front-bootstrap.js';
import { networkBootstrap } from './network-bootstrap.js';
import type { Observation } from './observation.js';
import { ProxyUnderTest } from './proxy-under-test.js';
import { observeCases, unexplained } from './run-cases.js';

const accessFamilies = [
  authzFamily,
  rbacFamily,
  localRateLimitFamily,
  authenticationFamily,
  compressionFamily,
  jwtFamily,
];
const accessLog =
  'rbac=%DYNAMIC_METADATA(envoy.filters.http.rbac)% hint=%DYNAMIC_METADATA(envoy.common)% basic=%DYNAMIC_METADATA(envoy.filters.http.basic_auth)% jwt=%DYNAMIC_METADATA(envoy.filters.http.jwt_authn)% authz=%DYNAMIC_METADATA(envoy.filters.http.ext_authz)%';

const grpcLog =
  'grpc=%GRPC_STATUS% number=%GRPC_STATUS_NUMBER% trailer=%TRAILER(GRPC-STATUS)% state=%FILTER_STATE(envoy.filters.http.grpc_stats)% plain=%FILTER_STATE(envoy.filters.http.grpc_stats:PLAIN)%';

const managerFamilies = [localReplyFamily, managerFamily, connectFamily];
const managerLog =
  'scheme=%REQ(:SCHEME)% remote=%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% host=%REQ(:AUTHORITY)% type=%ACCESS_LOG_TYPE% answer=%RESP(CONTENT-TYPE)%';

const suites = [
  { bootstrap: frontBootstrap, cases: frontCases },
  { bootstrap: featureBootstrap, cases: featureCases },
  { bootstrap: networkBootstrap, cases: networkCases },
  {
    bootstrap: familyBootstrap('access and limits', accessFamilies, accessLog),
    cases: accessFamilies.flatMap((family) => family.cases),
  },
  {
    bootstrap: familyBootstrap('traffic', trafficFamilies, trafficLog),
    cases: trafficFamilies.flatMap((family) => family.cases),
  },
  {
    bootstrap: familyBootstrap('gRPC', [grpcFamily], grpcLog),
    cases: grpcFamily.cases,
  },
  {
    bootstrap: familyBootstrap('HTTP/2', [http2Family], http2Log),
    cases: http2Family.cases,
  },
  {
    bootstrap: familyBootstrap('hostile bytes', [hostileFamily], ''),
    cases: hostileFamily.cases,
  },
  {
    bootstrap: familyBootstrap('connection manager', managerFamilies, managerLog),
    cases: managerFamilies.flatMap((family) => family.cases),
  },
];

/** A pattern in DIFFERENTIAL_CASES runs only the cases whose names match. */
const wanted = new RegExp(process.env['DIFFERENTIAL_CASES'] ?? '');

for (const { bootstrap, cases } of suites) {
  const title = `Envoy and this proxy carry the same conversations: ${bootstrap.name}`;
  test(title, { skip: withoutEnvoy, timeout: 240_000 }, async (t) => {
    const chosen = cases.filter(({ name }) => wanted.test(name));
    if (chosen.length === 0) return;
    const envoy = await ProxyUnderTest.start('envoy', bootstrap);
    t.after(() => envoy.stop());
    const sluice = await ProxyUnderTest.start('sluice', bootstrap);
    t.after(() => sluice.stop());
    const [theirs, ours] = await Promise.all([observeCases(envoy, chosen), observeCases(sluice, chosen)]);
    for (const it of chosen) {
      await t.test(it.name, () => {
        equal(unexplained(it, theirs.get(it.name) as Observation, ours.get(it.name) as Observation), '');
      });
    }
  });
}

test('the document explains every accepted difference, and no other', () => {
  const [compared = ''] = readRepositoryFile('docs/differences.md').split('\n# Outside of the compared');
  const headings = [...compared.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  deepEqual(headings, [...new Set(acceptedDifferences.map(({ title }) => title))]);
});

test('cases have names of their own', () => {
  for (const { cases } of suites) equal(new Set(cases.map(({ name }) => name)).size, cases.length);
});
