import { fileURLToPath } from 'node:url';
import type { Configs } from '../contracts.js';
import { envoyHttp, type HttpOptions } from '../peers/envoy-yaml.js';
import { haproxyHttp } from '../peers/haproxy.js';
import { nghttpxHttp } from '../peers/nghttpx.js';
import { nginxHttp } from '../peers/nginx.js';
import { nodeHttp } from '../peers/node-peers.js';

/** A plain HTTP/1.1 reverse proxy of every peer. */
export const plainHttp: Configs = {
  sluice: envoyHttp(),
  envoy: envoyHttp(),
  nginx: nginxHttp(),
  haproxy: haproxyHttp(),
  nghttpx: nghttpxHttp(),
  'fastify-http-proxy': nodeHttp(),
  'http-proxy': nodeHttp(),
};

/** For large bodies nginx is measured twice; the goals hold against the one with its own buffers. */
export const bodyHttp: Configs = { ...plainHttp, 'nginx-large-buffers': nginxHttp({ largeBuffers: true }) };

/** The same with a line per request into a file; only of the peers that write files themselves. */
export const loggingHttp: Configs = {
  sluice: envoyHttp({ accessLog: true }),
  envoy: envoyHttp({ accessLog: true }),
  nginx: nginxHttp({ accessLog: true }),
};

/** Reads one request header, adds one to the request and one to the response. */
const luaFilter = `- name: envoy.filters.http.lua
  typed_config:
    "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
    default_source_code:
      inline_string: |
        function envoy_on_request(handle)
          local agent = handle:headers():get("user-agent")
          handle:headers():add("x-seen-agent", agent or "none")
        end
        function envoy_on_response(handle)
          handle:headers():add("x-touched-by", "lua")
        end`;

export const luaHttp: HttpOptions = { filters: [luaFilter] };

const stampModule = fileURLToPath(new URL('../../examples/filters/header-stamp.js', import.meta.url));

/** The worked example of a TypeScript filter, doing what the Lua one does. */
export const stampHttp: HttpOptions = {
  filters: [
    `- name: header-stamp
  typed_config:
    "@type": type.googleapis.com/xds.type.v3.TypedStruct
    type_url: type.googleapis.com/examples.HeaderStamp
    value: { read: user-agent, stamp: x-stamp }`,
  ],
  bootstrap: `bootstrap_extensions:
- name: filters
  typed_config:
    "@type": type.googleapis.com/xds.type.v3.TypedStruct
    type_url: type.googleapis.com/sluice.v1.FilterModules
    value: { modules: ["${stampModule}"] }
`,
};
