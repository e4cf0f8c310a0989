import type { Extension } from '../../../api/extension.js';
import type { SpellingConfig } from '../../../base/name-spelling.js';

/** Header names go on as the peer spelled them. */
export const preserveCase: Extension<SpellingConfig> = {
  name: 'envoy.http.stateful_header_formatters.preserve_case',
  typeUrl: 'envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig',
  parse: (node) => ({
    forwardsReason: node.bool('forward_reason_phrase'),
    isProperByDefault: node.enum('formatter_type_on_envoy_headers', 'DEFAULT') === 'PROPER_CASE',
  }),
};
