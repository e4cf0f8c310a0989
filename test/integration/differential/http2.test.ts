import { compareSuites } from './compare.js';
import { familyBootstrap } from './families/filter-family.js';
import { http2Log } from './families/http2-family.js';
import { http2OptionsFamily } from './families/http2-options-family.js';

compareSuites([
  {
    bootstrap: familyBootstrap('options of HTTP/2', [http2OptionsFamily], http2Log),
    cases: http2OptionsFamily.cases,
  },
]);
