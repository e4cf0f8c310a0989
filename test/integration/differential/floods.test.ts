import { compareSuites } from './compare.js';
import { familyBootstrap } from './families/filter-family.js';
import { floodFamily } from './families/flood-family.js';
import { http2Log } from './families/http2-family.js';
import { http2OriginFamily } from './families/http2-origin-family.js';

compareSuites([
  {
    bootstrap: familyBootstrap('HTTP/2 origins', [http2OriginFamily], http2Log),
    cases: http2OriginFamily.cases,
  },
  { bootstrap: familyBootstrap('floods', [floodFamily], http2Log), cases: floodFamily.cases },
]);
