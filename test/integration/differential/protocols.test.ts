import { compareSuites } from './compare.js';
import { familyBootstrap } from './families/filter-family.js';
import { grpcFamily } from './families/grpc-family.js';
import { hostileFamily } from './families/hostile-family.js';
import { http2Family, http2Log } from './families/http2-family.js';
import { transcoderFamily } from './families/transcoder-family.js';

const grpcLog =
  'grpc=%GRPC_STATUS% number=%GRPC_STATUS_NUMBER% trailer=%TRAILER(GRPC-STATUS)% state=%FILTER_STATE(envoy.filters.http.grpc_stats)% plain=%FILTER_STATE(envoy.filters.http.grpc_stats:PLAIN)%';

compareSuites([
  { bootstrap: familyBootstrap('gRPC', [grpcFamily], grpcLog), cases: grpcFamily.cases },
  { bootstrap: familyBootstrap('transcoding', [transcoderFamily], ''), cases: transcoderFamily.cases },
  { bootstrap: familyBootstrap('HTTP/2', [http2Family], http2Log), cases: http2Family.cases },
  { bootstrap: familyBootstrap('hostile bytes', [hostileFamily], ''), cases: hostileFamily.cases },
]);
