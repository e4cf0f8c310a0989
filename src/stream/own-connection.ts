import type { Address, ConnectionInfo } from '../api/stream-info.js';

const nowhere: Address = { ip: '', port: 0, text: '-', isIp: false };

/** The downstream connection of requests that the proxy makes itself: there is none. */
export const ownConnection: ConnectionInfo = {
  id: 0,
  listenerName: '',
  directRemoteAddress: nowhere,
  localAddress: nowhere,
  remoteAddress: nowhere,
  directLocalAddress: nowhere,
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
