import { compareSuites } from './compare.js';
import { familyBootstrap } from './families/filter-family.js';
import { floodFamily } from './families/flood-family.js';
import { http2Log } from './families/http2-family.js';

compareSuites([{ bootstrap: familyBootstrap('floods', [floodFamily], http2Log), cases: floodFamily.cases }]);
