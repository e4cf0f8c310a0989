import { ipAddress } from '../../../../src/network/address.js';
import type { ProbeTarget } from '../../../../src/upstream/health/probe.js';

/** A host of this machine, reached without a transport socket. */
export function clearTarget(port: number): ProbeTarget {
  return { address: ipAddress('127.0.0.1', port), hostname: '', transport: null, options: null };
}
