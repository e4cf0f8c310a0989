import { statBlock } from '../../../../api/stats.js';

/** `http.<p>.jwt_authn.[<stat_prefix>.]` */
export const J = statBlock({
  counters: [
    'allowed',
    'cors_preflight_bypassed',
    'denied',
    'jwks_fetch_failed',
    'jwks_fetch_success',
    'jwt_cache_hit',
    'jwt_cache_miss',
  ],
});
