import type { Extension } from '../../../api/extension.js';

/** Makes an operator known to the format it is listed in; which one, `format/operators.ts` says by type. */
export const metadataFormatter: Extension = {
  name: 'envoy.formatter.metadata',
  typeUrl: 'envoy.extensions.formatter.metadata.v3.Metadata',
  parse: () => ({}),
};
