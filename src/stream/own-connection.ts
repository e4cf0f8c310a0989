import type { Address, ConnectionInfo } from '../api/stream-info.js';

const nowhere: Address = { ip: '', port: 0, text: '-', isIp: false };

/** What stands for the downstream connection of a request that has none: both of its ends are at that address. */
export function noConnection(at: Address): ConnectionInfo {
  return {
    id: 0,
    listenerName: '',
    directRemoteAddress: at,
    localAddress: at,
    remoteAddress: at,
    directLocalAddress: at,
    isLocalRestored: false,
    proxyTlvs: null,
    requestedServerName: '',
    transportProtocol: '',
    applicationProtocols: [],
    filterChainName: '',
    listenerMetadata: null,
    filterChainMetadata: null,
    isTls: false,
    tls: null,
    transportFailureReason: '',
    ja3: '',
    ja4: '',
    startedMs: 0,
    connectionTerminationDetails: '',
    localCloseReason: '',
    dynamicMetadata: null,
    filterState: null,
  };
}

/** The downstream connection of requests that the proxy makes itself. */
export const ownConnection = noConnection(nowhere);
