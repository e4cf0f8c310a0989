import type { NetworkFilterFactory } from '../../../../api/network-filter.js';
import { type MongoProxyConfig, parseMongoProxy } from './config.js';
import { MongoProxy } from './mongo-proxy.js';
import { MongoSniffer } from './mongo-sniffer.js';

/** Counts, times and logs what clients say to MongoDB and what it answers, and changes nothing of it. */
export const mongoProxy: NetworkFilterFactory<MongoProxyConfig> = {
  name: 'envoy.filters.network.mongo_proxy',
  typeUrl: 'envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy',
  isTerminal: false,
  parse: parseMongoProxy,
  build(config, scope, context) {
    const proxy = new MongoProxy(config, scope, context);
    return (connection) => new MongoSniffer(proxy, connection);
  },
};
