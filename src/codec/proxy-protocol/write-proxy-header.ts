import type { ProxiedEnd } from './proxy-header.js';

/** A header of version 1 (section 2.1 of the HAProxy specification). */
export function proxyLine(source: ProxiedEnd, destination: ProxiedEnd): Buffer {
  const family = source.ip.includes(':') ? 'TCP6' : 'TCP4';
  return Buffer.from(
    `PROXY ${family} ${source.ip} ${destination.ip} ${source.port} ${destination.port}\r\n`,
    'latin1',
  );
}

/** A header of version 2 whose sender speaks for itself: command LOCAL, no addresses (section 2.2). */
export function proxyLocalHeader(): Buffer {
  return Buffer.from('\r\n\r\n\0\r\nQUIT\n\x20\0\0\0', 'latin1');
}
