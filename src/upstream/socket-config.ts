import type { ConfigNode } from '../api/config-node.js';
import type { SocketOptionConfig } from '../api/socket-options.js';
import type { UpstreamSocketConfig } from '../api/upstream-socket.js';
import { freebindOptions, parseKeepAlive, parseSocketOptions } from '../network/socket-option-config.js';
import { ipFamily } from './membership/name-resolver.js';

/** What `upstream_bind_config` says. */
export type BindSources = UpstreamSocketConfig;

/** Reads `upstream_bind_config` and `upstream_connection_options` of a cluster. */
export function parseSocketConfig(node: ConfigNode): UpstreamSocketConfig {
  const sources = parseBindConfig(node.message('upstream_bind_config'));
  const connection = parseConnectionOptions(node.message('upstream_connection_options'));
  return { ...sources, options: [...connection, ...sources.options] };
}

export function parseBindConfig(bind: ConfigNode | undefined): BindSources {
  const source = bind?.message('source_address');
  const ip = source?.string('address') ?? '';
  if (source !== undefined && source.enum('protocol', 'TCP') !== 'TCP') {
    source.unsupportedValue('protocol', 'UDP');
  }
  if (ip !== '' && ipFamily(ip) === 0) source?.error(`malformed IP address: ${ip}`, 'address');
  const extras = extraSources(bind);
  if (bind !== undefined) checkSources(bind, ip, extras);
  const all = [ip, ...extras];
  return {
    sourceIp4: all.find((it) => it.includes('.') && !it.includes(':')) ?? '',
    sourceIp6: all.find((it) => it.includes(':')) ?? '',
    sourcePort: source?.number('port_value', 0) ?? 0,
    options: parseBind(bind),
  };
}

/** One address of each family, the second beside a first. */
function checkSources(bind: ConfigNode, ip: string, extras: readonly string[]): void {
  const selector = bind.message('local_address_selector')?.message('typed_config');
  if (selector?.typeName === defaultSelector) bind.noEffect('local_address_selector', 'it is the only one');
  const [extra] = extras;
  if (bind.has('extra_source_addresses') && bind.has('additional_source_addresses')) {
    bind.error("Can't specify both `extra_source_addresses` and `additional_source_addresses`");
  } else if (extras.length > 1) {
    bind.error('more than one extra/additional source addresses: only one can be supported');
  } else if (extra !== undefined && ip === '') {
    bind.error('extra/additional source addresses cannot be specified if source_address is not set');
  } else if (extra !== undefined && ipFamily(extra) === ipFamily(ip)) {
    bind.error('two same IP version source addresses: only two different IP versions can be supported');
  }
}

const defaultSelector = 'envoy.config.upstream.local_address_selector.v3.DefaultLocalAddressSelector';

/** Addresses for hosts of the other family. */
function extraSources(bind: ConfigNode | undefined): string[] {
  const extras = bind?.list('extra_source_addresses').map((it) => it.message('address')) ?? [];
  const old = bind?.list('additional_source_addresses') ?? [];
  return [...extras, ...old].flatMap((it) => {
    const ip = it?.string('address') ?? '';
    const port = it?.number('port_value', 0) ?? 0;
    if (port !== 0) it?.unsupportedValue('port_value', String(port));
    if (it?.enum('protocol', 'TCP') === 'UDP') it.unsupportedValue('protocol', 'UDP');
    if (ip !== '' && ipFamily(ip) === 0) it?.error(`malformed IP address: ${ip}`, 'address');
    return ip === '' ? [] : [ip];
  });
}

function parseBind(bind: ConfigNode | undefined): readonly SocketOptionConfig[] {
  if (bind === undefined) return [];
  const freebind = bind.bool('freebind');
  return [...(freebind ? freebindOptions : []), ...parseSocketOptions(bind, 'socket_options')];
}

function parseConnectionOptions(options: ConfigNode | undefined): readonly SocketOptionConfig[] {
  if (options === undefined) return [];
  const named = 'set_local_interface_name_on_upstream_connections';
  if (options.bool(named)) options.noEffect(named, 'nothing here reads the name of the interface');
  options.noEffect('happy_eyeballs_config', 'families take turns, that of the first address first');
  return parseKeepAlive(options.message('tcp_keepalive'));
}
