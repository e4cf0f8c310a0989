import type { Chunk } from '../../../../api/codec.js';
import {
  type ConnectionControl,
  type NetworkFilter,
  type NetworkFilterFactory,
  NetworkStatus,
} from '../../../../api/network-filter.js';
import { PacketSplitter } from '../../../../codec/zookeeper/packet-splitter.js';
import { parseZooKeeperProxy, type ZooKeeperProxyConfig } from './config.js';
import { Conversation } from './conversation.js';
import { PacketMetadata } from './packet-metadata.js';
import { ZooKeeperStats } from './zookeeper-stats.js';

/** Number and operation of a request; number, state of the server and error of a response. */
const leastRequestBytes = 8;
const leastResponseBytes = 16;

/** Counts and times what clients say to ZooKeeper and what it answers, and changes nothing of it. */
export const zooKeeperProxy: NetworkFilterFactory<ZooKeeperProxyConfig> = {
  name: 'envoy.filters.network.zookeeper_proxy',
  typeUrl: 'envoy.extensions.filters.network.zookeeper_proxy.v3.ZooKeeperProxy',
  isTerminal: false,
  parse: parseZooKeeperProxy,
  build(config, scope) {
    const stats = new ZooKeeperStats(scope.stats, config);
    return (connection) => new ZooKeeperSniffer(config, stats, connection);
  },
};

class ZooKeeperSniffer implements NetworkFilter {
  private readonly metadata: PacketMetadata;
  private readonly requests: PacketSplitter;
  private readonly responses: PacketSplitter;

  constructor(config: ZooKeeperProxyConfig, stats: ZooKeeperStats, control: ConnectionControl) {
    const { maxPacketBytes } = config;
    this.metadata = new PacketMetadata(control.record);
    const { clock, random } = control.scope;
    const conversation = new Conversation(stats, clock, this.metadata, random.u32());
    const onWrongLength = (): void => void conversation.fail(null);
    this.requests = new PacketSplitter(
      {
        onPacket: (bytes, start, _end, limit) => conversation.onRequest(bytes, start, limit),
        onWrongLength,
      },
      leastRequestBytes,
      maxPacketBytes,
    );
    this.responses = new PacketSplitter(
      {
        onPacket: (bytes, start, end, limit) => conversation.onResponse(bytes, start, end, limit),
        onWrongLength,
      },
      leastResponseBytes,
      maxPacketBytes,
    );
  }

  onData(chunk: Chunk): NetworkStatus {
    this.metadata.clear();
    this.requests.split(chunk.buffer, chunk.start, chunk.end);
    return NetworkStatus.Continue;
  }

  onWrite(chunk: Chunk): NetworkStatus {
    this.metadata.clear();
    this.responses.split(chunk.buffer, chunk.start, chunk.end);
    return NetworkStatus.Continue;
  }
}
