import type { DifferentialCase } from '../differential-case.js';
import { failureCases } from './failure-cases.js';
import { headerCases } from './header-cases.js';
import { routingCases } from './routing-cases.js';
import { wireCases } from './wire-cases.js';

/** The cases of the feature bootstrap; their names are unique. */
export const featureCases: readonly DifferentialCase[] = [
  ...wireCases,
  ...routingCases,
  ...headerCases,
  ...failureCases,
];
