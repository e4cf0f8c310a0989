import { closeSync } from 'node:fs';
import type { ListeningSocket } from '../src/api/messages.js';
import { statBlock } from '../src/api/stats.js';
import type { ThreadScope } from '../src/api/thread-scope.js';
import type { UdpReceiver } from '../src/api/udp-filter.js';
import { ipAddress } from '../src/network/address.js';
import type { ListenerConfig } from '../src/network/listener-config.js';
import { udpFilterOf } from '../src/plane/thread-plane.js';

/** `listener.<address or prefix>.udp.` */
const L = statBlock({ counters: ['downstream_rx_datagram_dropped'], gauges: [] });

/** The UDP sockets of a worker, each in the hands of its listener's filter. */
export class DatagramListening {
  private readonly receivers: Map<UdpReceiver, string>;

  constructor() {
    this.receivers = new Map();
  }

  /** Takes over a descriptor; throws what the filter says of it. */
  accept({ fd, bind }: ListeningSocket, port: number, config: ListenerConfig, scope: ThreadScope): void {
    const filter = config.udp?.filter ?? null;
    if (filter === null || config.udp === null) {
      closeSync(fd);
      return;
    }
    const stats = scope.stats.bind(`${config.statPrefix}.udp`, L);
    const receiver = udpFilterOf(filter, scope, {
      listenerName: config.name,
      maxDatagramBytes: config.udp.maxDatagramBytes,
      onDropped: () => stats.inc(L.downstream_rx_datagram_dropped),
    }).open(fd, ipAddress(config.bind[bind]?.address ?? '', port));
    this.receivers.set(receiver, config.name);
  }

  stop(listeners: readonly string[] | null): void {
    for (const [receiver, name] of this.receivers) {
      if (listeners?.includes(name) === false) continue;
      this.receivers.delete(receiver);
      receiver.close();
    }
  }
}
