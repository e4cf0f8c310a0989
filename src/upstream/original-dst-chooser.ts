import type { Address, StreamInfo } from '../api/stream-info.js';
import type { BalancedCluster, Host, HostChooser, LoadBalancerContext } from '../api/upstream.js';
import { parseIp } from '../base/cidr.js';
import { plainAt } from '../base/plain-path.js';
import { ipAddress } from '../network/address.js';
import { C } from './cluster-stats.js';
import type { OriginalDstConfig } from './membership/original-dst-config.js';

const stateKey = 'envoy.network.transport_socket.original_dst_address';

/**
 * The host that the client meant: what filter state says, then metadata, then the header, then the address that a
 * listener filter has restored.
 */
export class OriginalDstChooser implements HostChooser {
  private readonly config: OriginalDstConfig;
  private readonly cluster: BalancedCluster;
  private readonly byAddress: Map<string, Host>;

  constructor(hosts: readonly Host[], config: OriginalDstConfig, cluster: BalancedCluster) {
    this.config = config;
    this.cluster = cluster;
    this.byAddress = new Map(hosts.map((host) => [host.address.text, host]));
  }

  choose(context: LoadBalancerContext): Host | null {
    const meant = this.addressOf(context);
    if (meant === null) return null;
    const { port } = this.config;
    const address = port === 0 ? meant : ipAddress(meant.ip, port);
    const known = this.byAddress.get(address.text);
    if (known !== undefined) return known;
    const made = this.cluster.wantHost(address, `${this.cluster.name}${address.text}`);
    if (made !== null) this.byAddress.set(address.text, made);
    return made;
  }

  private addressOf({ info, headers }: LoadBalancerContext): Address | null {
    const { metadataPath, header } = this.config;
    const state = info?.filterState?.get(stateKey);
    const byState = typeof state === 'string' ? addressOf(state) : null;
    if (byState !== null) return byState;
    if (metadataPath.length > 0 && info !== undefined) {
      const byMetadata = this.checked(metadataText(info, metadataPath));
      if (byMetadata !== null) return byMetadata;
    }
    const byHeader = header === '' ? null : this.checked(headers?.get(header));
    if (byHeader !== null) return byHeader;
    return info === undefined ? null : restoredAddress(info);
  }

  private checked(text: string | undefined): Address | null {
    if (text === undefined) return null;
    const address = addressOf(text);
    if (address === null) this.cluster.stats.inc(C.original_dst_host_invalid);
    return address;
  }
}

/** Listener filters may find the same address as the socket's own: nobody has sent the connection elsewhere then. */
function restoredAddress({ connection }: StreamInfo): Address | null {
  const { localAddress, directLocalAddress } = connection;
  return localAddress.isIp && localAddress.text !== directLocalAddress.text ? localAddress : null;
}

function metadataText(info: StreamInfo, [namespace = '', ...path]: readonly string[]): string | undefined {
  for (const metadata of [info.dynamicMetadata, info.connection.dynamicMetadata]) {
    const value = plainAt(metadata?.get(namespace) ?? null, path);
    if (typeof value === 'string') return value;
  }
  return undefined;
}

/** `10.0.0.1:80` or `[::1]:80`; null for anything else. */
function addressOf(text: string): Address | null {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const ip = bracketed ?? plain ?? '';
  const port = Number(digits);
  if (ip === '' || port > 65_535 || parseIp(ip) === null) return null;
  return ipAddress(ip, port);
}
