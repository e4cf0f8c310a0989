import type { EndpointConfig } from '../endpoints-config.js';

/** The endpoint of a host that nobody has configured, but a request or connection has asked for. */
export function wantedEndpoint(address: string, port: number, hostname: string): EndpointConfig {
  return {
    address,
    port,
    isPipe: false,
    hostname,
    weight: 1,
    priority: 0,
    locality: { region: '', zone: '', subZone: '' },
    localityWeight: 0,
    metadata: null,
    healthStatus: 'UNKNOWN',
    healthCheck: null,
  };
}
