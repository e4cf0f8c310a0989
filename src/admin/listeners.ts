import { type Endpoint, jsonPage, textAnswer } from './endpoint.js';
import type { ListenerAddress, ListenerStatus } from './views.js';

export const listeners: Endpoint = {
  path: '/listeners',
  help: 'print listener info',
  params: [{ name: 'format', help: 'File format to use; One of (text, json)' }],
  answer({ query }, views) {
    const all = views.listeners();
    if (query.get('format') !== 'json') return textAnswer(all.map(lines).join(''));
    return jsonPage(all.length === 0 ? {} : { listener_statuses: all.map(statusJson) });
  },
};

function lines({ name, addresses }: ListenerStatus): string {
  return addresses.map((address) => `${name}::${addressText(address)}\n`).join('');
}

function addressText({ host, port, isPipe }: ListenerAddress): string {
  if (isPipe) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function statusJson({ name, addresses }: ListenerStatus): object {
  const [first, ...more] = addresses.map(addressJson);
  return {
    name,
    ...(first === undefined ? {} : { local_address: first }),
    ...(more.length === 0 ? {} : { additional_local_addresses: more }),
  };
}

function addressJson({ host, port, isPipe }: ListenerAddress): object {
  const listener = isPipe ? /^envoy:\/\/(.*)\/$/.exec(host)?.[1] : undefined;
  if (listener !== undefined) return { envoy_internal_address: { server_listener_name: listener } };
  if (isPipe) return { pipe: { path: host } };
  return { socket_address: { address: host, port_value: port } };
}
