import { statBlock } from '../../../../api/stats.js';

/** `http.<p>.compressor.<library>.<encoding>.request.`, and `.response.` or nothing */
export const Q = statBlock({
  counters: [
    'compressed',
    'content_length_too_small',
    'not_compressed',
    'total_compressed_bytes',
    'total_uncompressed_bytes',
  ],
});

/** `http.<p>.compressor.<library>.<encoding>.` */
export const P = statBlock({
  counters: [
    'header_compressor_overshadowed',
    'header_compressor_used',
    'header_identity',
    'header_not_valid',
    'header_wildcard',
    'no_accept_header',
    'not_compressed_etag',
  ],
});
