import type { Extension } from '../../../api/extension.js';

/** Makes an operator known to the format it is listed in; which one, `format/operators.ts` says by type. */
export const reqWithoutQuery: Extension = {
  name: 'envoy.formatter.req_without_query',
  typeUrl: 'envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery',
  parse: () => ({}),
};
