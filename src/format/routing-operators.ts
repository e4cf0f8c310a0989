import type { LogContext } from '../api/stream-info.js';
import type { Host } from '../api/upstream.js';
import { toByteText } from './byte-text.js';
import { bareText, type FieldText, type OperatorTable, textField, withArgumentAlone } from './field.js';
import { presentText } from './outcome-operators.js';

const hostAddress = (host: Host): string => host.address.text;
const hostIp = (host: Host): string => (host.address.isIp ? host.address.ip : host.address.text);
/** The host's name, or its address when it has none. */
const hostName = (host: Host): string =>
  host.hostname === '' ? host.address.text : toByteText(host.hostname);
const hostNameOnly = (host: Host): string => withoutPort(hostName(host));

function withoutPort(text: string): string {
  return text.replace(/:[0-9]+$/, '').replace(/^\[(.*)\]$/, '$1');
}

function ofHost(text: (host: Host) => string): FieldText {
  return ({ info }) => (info.upstreamHost === null ? undefined : text(info.upstreamHost));
}

function ofAttempts(text: (host: Host) => string): FieldText {
  return ({ info }) =>
    info.hostsAttempted.length === 0 ? undefined : info.hostsAttempted.map(text).join(',');
}

const authorityHost = (context: LogContext): string => toByteText(context.requestHeaders?.authority ?? '');
const serverName = (context: LogContext): string => context.info.connection.requestedServerName;

const serverNameSources: { readonly [option: string]: FieldText } = {
  SNI_ONLY: presentText(serverName),
  SNI_FIRST: presentText((context) => serverName(context) || authorityHost(context)),
  HOST_FIRST: presentText((context) => authorityHost(context) || serverName(context)),
};

const requestedServerName = withArgumentAlone('optional', (argument) => {
  const [option = ''] = argument.split(':');
  const text = serverNameSources[option === '' ? 'SNI_ONLY' : option];
  if (text !== undefined) return textField(text);
  return `Invalid REQUESTED_SERVER_NAME option: '${option}', only 'SNI_ONLY'/'SNI_FIRST'/'HOST_FIRST' are allowed`;
});

export const routingOperators: OperatorTable = {
  ROUTE_NAME: bareText(presentText(({ info }) => info.routeName)),
  VIRTUAL_CLUSTER_NAME: bareText(presentText(({ info }) => info.virtualClusterName)),
  UPSTREAM_CLUSTER: bareText(presentText(({ info }) => info.upstreamClusterStatName)),
  UPSTREAM_CLUSTER_RAW: bareText(presentText(({ info }) => info.upstreamClusterName)),
  UPSTREAM_HOST: bareText(ofHost(hostAddress)),
  UPSTREAM_HOST_NAME: bareText(ofHost(hostName)),
  UPSTREAM_HOST_NAME_WITHOUT_PORT: bareText(ofHost(hostNameOnly)),
  UPSTREAM_HOSTS_ATTEMPTED: bareText(ofAttempts(hostAddress)),
  UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT: bareText(ofAttempts(hostIp)),
  UPSTREAM_HOST_NAMES_ATTEMPTED: bareText(ofAttempts(hostName)),
  UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT: bareText(ofAttempts(hostNameOnly)),
  FILTER_CHAIN_NAME: bareText(presentText(({ info }) => info.connection.filterChainName)),
  REQUESTED_SERVER_NAME: requestedServerName,
};
