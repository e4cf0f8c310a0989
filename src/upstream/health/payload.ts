import type { ConfigNode } from '../../api/config-node.js';

/** Reads `HealthCheck.Payload`: its bytes as lower-case hex. */
export function parsePayload(node: ConfigNode): string {
  if (node.has('binary')) return Buffer.from(node.bytes('binary')).toString('hex');
  const text = node.string('text');
  if (/^(?:[0-9a-fA-F]{2})+$/.test(text)) return text.toLowerCase();
  node.error(`invalid hex string '${text}'`, 'text');
  return '';
}

/** Whether all patterns stand in the bytes, each behind the one before. */
export function containsInOrder(bytes: Buffer, patterns: readonly Buffer[]): boolean {
  let at = 0;
  for (const pattern of patterns) {
    const found = bytes.indexOf(pattern, at);
    if (found < 0) return false;
    at = found + pattern.length;
  }
  return true;
}
