import { statBlock } from '../../api/stats.js';

/** `http1.`, `cluster.<name>.http1.`: what the codecs of the whole process, or of a cluster, refuse and drop. */
export const Http1 = statBlock({
  counters: [
    'dropped_headers_with_underscores',
    'metadata_not_supported_error',
    'requests_rejected_with_underscores_in_headers',
    'response_flood',
  ],
});
