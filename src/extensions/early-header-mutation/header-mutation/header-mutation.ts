import type { EarlyHeaderMutation, EarlyHeaderMutationFactory } from '../../../api/early-header-mutation.js';
import type { HeaderMutationStep } from '../../../route/config-types.js';
import { buildHeaderStep, parseHeaderStep, runHeaderSteps } from '../../../route/header-steps.js';

/** The header mutation filter's steps, run before the connection manager reads or cleans a request's headers. */
export const earlyHeaderMutation: EarlyHeaderMutationFactory<readonly HeaderMutationStep[]> = {
  name: 'envoy.http.early_header_mutation.header_mutation',
  typeUrl: 'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation',
  parse: (node) => node.list('mutations').map(parseHeaderStep),
  build: (config): EarlyHeaderMutation => {
    const steps = config.map(buildHeaderStep);
    return {
      mutate(headers, context) {
        runHeaderSteps(steps, headers, context);
        return true;
      },
    };
  },
};
