import type { FilterFamily } from '../filter-family.js';
import { attemptFilterFamily } from './attempt-filter-family.js';
import { clusterPolicyFamily } from './cluster-policy-family.js';
import { grpcTimeoutFamily } from './grpc-timeout-family.js';
import { hashFamily } from './hash-family.js';
import { matcherFamily } from './matcher-family.js';
import { mirrorFamily } from './mirror-family.js';
import { redirectFamily } from './redirect-family.js';
import { retryFamily } from './retry-family.js';
import { scopeFamily } from './scope-family.js';
import { specifierFamily } from './specifier-family.js';
import { templateFamily } from './template-family.js';
import { weightedFamily } from './weighted-family.js';

/** Routing and the resilience of single requests. */
export const routingFamilies: readonly FilterFamily[] = [
  redirectFamily,
  mirrorFamily,
  retryFamily,
  hashFamily,
  templateFamily,
  matcherFamily,
  weightedFamily,
  scopeFamily,
  specifierFamily,
  grpcTimeoutFamily,
  clusterPolicyFamily,
  attemptFilterFamily,
];
