import type { StreamInfo } from '../../../../api/stream-info.js';
import type { Facts } from '../../../../codec/zookeeper/read-request.js';

const namespace = 'envoy.filters.network.zookeeper_proxy';

/** Tells filters and logs of the packets in the bytes that were read last; what the first of them says stays. */
export class PacketMetadata {
  private readonly record: StreamInfo;
  private readonly facts: Map<string, string>;

  constructor(record: StreamInfo) {
    this.record = record;
    this.facts = new Map();
  }

  /** New bytes are read. */
  clear(): void {
    this.facts.clear();
    this.publish();
  }

  add(facts: Facts): void {
    for (const [name, text] of facts) if (!this.facts.has(name)) this.facts.set(name, text);
    this.publish();
  }

  private publish(): void {
    this.record.dynamicMetadata ??= new Map();
    this.record.dynamicMetadata.set(namespace, Object.fromEntries(this.facts));
  }
}
