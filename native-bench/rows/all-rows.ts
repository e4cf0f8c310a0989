import type { Row } from '../contracts.js';
import { http1Rows } from './http1.js';
import { http2Rows } from './http2.js';
import { http2UpstreamRows } from './http2-upstream.js';
import { redisRows } from './redis.js';
import { tcpRows } from './tcp.js';
import { tlsRows } from './tls.js';

/** The rows in the order they are measured and reported. */
export const allRows: readonly Row[] = [
  ...http1Rows,
  ...http2Rows,
  ...http2UpstreamRows,
  ...tlsRows,
  ...tcpRows,
  ...redisRows,
];
