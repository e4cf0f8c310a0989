import { networkInterfaces } from 'node:os';

/** This machine's own address for x-forwarded-for: the first that is not loopback, else loopback. */
export function localAddress(version: 'v4' | 'v6'): string {
  const family = version === 'v4' ? 'IPv4' : 'IPv6';
  for (const addresses of Object.values(networkInterfaces())) {
    for (const address of addresses ?? []) {
      if (address.family === family && !address.internal) return address.address;
    }
  }
  return version === 'v4' ? '127.0.0.1' : '::1';
}
