import { type Address, internalScheme, type LogContext } from '../api/stream-info.js';
import { CidrRange } from '../base/cidr.js';
import {
  bareText,
  type Field,
  type Operator,
  type OperatorTable,
  textField,
  withArgumentAlone,
} from './field.js';

type AddressOf = (context: LogContext) => Address | null;

const sources: { readonly [name: string]: AddressOf } = {
  // A host that could not be connected to has been chosen, but is not at the other end of anything.
  // Datagrams have a socket to their host and no connection.
  UPSTREAM_REMOTE: ({ info }) =>
    info.upstreamConnectionId === 0 && info.upstreamLocalAddress === null
      ? null
      : (info.upstreamHost?.address ?? null),
  UPSTREAM_LOCAL: ({ info }) => info.upstreamLocalAddress,
  DOWNSTREAM_REMOTE: ({ info }) => info.remoteAddress,
  DOWNSTREAM_DIRECT_REMOTE: ({ info }) => info.connection.directRemoteAddress,
  DOWNSTREAM_LOCAL: ({ info }) => info.connection.localAddress,
  DOWNSTREAM_DIRECT_LOCAL: ({ info }) => info.connection.directLocalAddress,
};

function withoutPort(source: AddressOf): Operator {
  return withArgumentAlone('optional', (argument) => {
    const prefixLength = /^[0-9]+$/.test(argument) ? Number(argument) : -1;
    if (prefixLength < 0) return textField((context) => hostText(source(context)));
    return textField((context) => maskedText(source(context), prefixLength));
  });
}

function hostText(address: Address | null): string | undefined {
  if (address === null) return undefined;
  return address.isIp ? address.ip : address.text;
}

function maskedText(address: Address | null, prefixLength: number): string | undefined {
  return address?.isIp ? CidrRange.parse(address.ip, prefixLength)?.toString() : undefined;
}

/** An address that is there and has no port prints as nothing. */
function portOf(source: AddressOf): Operator {
  const field: Field = {
    text(context) {
      const address = source(context);
      if (address === null) return undefined;
      return address.isIp ? String(address.port) : '';
    },
    value(context) {
      const address = source(context);
      return address?.isIp ? address.port : null;
    },
  };
  return { argument: 'bare', allowsLimit: false, make: () => field };
}

function build(): OperatorTable {
  const table: { [name: string]: Operator } = {};
  for (const [name, source] of Object.entries(sources)) {
    table[`${name}_ADDRESS`] = bareText((context) => source(context)?.text);
    table[`${name}_ADDRESS_WITHOUT_PORT`] = withoutPort(source);
    table[`${name}_PORT`] = portOf(source);
  }
  const idOf = (name: string): Operator => {
    const source = sources[name] as AddressOf;
    return bareText((context) => endpointIdOf(source(context)));
  };
  table['UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID'] = idOf('UPSTREAM_REMOTE');
  table['DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID'] = idOf('DOWNSTREAM_LOCAL');
  return table;
}

/** Which endpoint behind an internal listener an address names; others name none. */
function endpointIdOf(address: Address | null): string | undefined {
  if (address === null) return undefined;
  const { isIp, text } = address;
  return !isIp && text.startsWith(internalScheme) ? text.slice(text.lastIndexOf('/') + 1) : '';
}

export const addressOperators: OperatorTable = build();
