import type { ConfigNode } from '../api/config-node.js';

const socketFields = [
  'enable_reuse_port',
  'freebind',
  'tcp_backlog_size',
  'tcp_fast_open_queue_length',
  'connection_balance_config',
];

/** Whether a listener is reached by clusters of the same process alone; fields that are about sockets are wrong there. */
export function parseInternalListener(node: ConfigNode): boolean {
  if (!node.has('internal_listener')) {
    const addresses = [node, ...node.list('additional_addresses')].map((it) => it.message('address'));
    if (addresses.some((address) => address?.has('envoy_internal_address') === true))
      refuse(node, 'use internal_listener field instead of address for internal listeners');
    return false;
  }
  node.message('internal_listener');
  const name = node.string('name');
  if (node.has('address') || node.has('additional_addresses')) {
    node.error(
      `error adding listener '${name}': address should not be used when an internal listener config is provided`,
    );
  }
  if (socketFields.some((field) => node.has(field))) refuse(node, 'has unsupported tcp listener feature');
  if (node.has('socket_options')) refuse(node, 'does not support socket option');
  return true;
}

function refuse(node: ConfigNode, problem: string): void {
  node.error(`error adding listener named '${node.string('name')}': ${problem}`);
}
