import { compareSuites } from './compare.js';
import { endingFamily, endingLog } from './network/ending-family.js';
import { networkFamilyBootstrap } from './network/network-family.js';

compareSuites([
  { bootstrap: networkFamilyBootstrap('endings', endingFamily, endingLog), cases: endingFamily.cases },
]);
