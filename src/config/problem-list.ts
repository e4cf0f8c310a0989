import type { Problem } from '../base/errors.js';

/**
 * Everything found in one configuration. `errors` make it invalid; `unsupported` is valid for the API and not done
 * here, which a flag may allow; `warnings` are only told.
 */
export class ProblemList {
  readonly errors: Problem[] = [];
  readonly unsupported: Problem[] = [];
  readonly warnings: Problem[] = [];
}
