import { type Address, type ConnectionInfo, unknownConnection } from '../api/stream-info.js';

/** What stands for the downstream connection of a request that has none: both of its ends are at that address. */
export function noConnection(at: Address): ConnectionInfo {
  return {
    ...unknownConnection,
    directRemoteAddress: at,
    localAddress: at,
    remoteAddress: at,
    directLocalAddress: at,
  };
}

/** The downstream connection of requests that the proxy makes itself. */
export const ownConnection: ConnectionInfo = { ...unknownConnection };
