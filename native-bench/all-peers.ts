import type { Peer } from './contracts.js';
import { envoy } from './peers/envoy.js';
import { haproxy } from './peers/haproxy.js';
import { nghttpx } from './peers/nghttpx.js';
import { nginx, nginxLargeBuffers } from './peers/nginx.js';
import { fastifyHttpProxy, httpProxy } from './peers/node-peers.js';
import { nutcracker } from './peers/nutcracker.js';
import { sluice } from './peers/sluice.js';

/** Everything that can be measured, in the order tables and charts show it. */
export const allPeers: readonly Peer[] = [
  sluice,
  envoy,
  nginx,
  nginxLargeBuffers,
  haproxy,
  nghttpx,
  nutcracker,
  fastifyHttpProxy,
  httpProxy,
];
