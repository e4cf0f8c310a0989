import { featureCases } from './cases/all-cases.js';
import { frontCases } from './cases/front-cases.js';
import { networkCases } from './cases/network-cases.js';
import { compareSuites } from './compare.js';
import { featureBootstrap } from './feature-bootstrap.js';
import { frontBootstrap } from './front-bootstrap.js';
import { networkBootstrap } from './network-bootstrap.js';

compareSuites([
  { bootstrap: frontBootstrap, cases: frontCases },
  { bootstrap: featureBootstrap, cases: featureCases },
  { bootstrap: networkBootstrap, cases: networkCases },
]);
