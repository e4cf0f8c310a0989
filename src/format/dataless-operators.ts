import type { LogContext } from '../api/stream-info.js';
import type { Field, Operator, OperatorTable } from './field.js';

const missing: Field = { text: () => undefined, value: () => null };

/** Operators that Envoy knows and nothing here records: they are accepted and print as missing. */
const bareNames = [
  'ROUNDTRIP_DURATION',
  'DOWNSTREAM_HANDSHAKE_DURATION',
  'UPSTREAM_LOCAL_CLOSE_REASON',
  'TRACE_ID',
  'SPAN_ID',
];

/** Those of which there is never anything to tell, and Envoy says what stands for that. */
const constants: readonly (readonly [string, string | number])[] = [
  ['BYTES_RETRANSMITTED', 0],
  ['PACKETS_RETRANSMITTED', 0],
  ['CUSTOM_FLAGS', ''],
  ['UPSTREAM_DETECTED_CLOSE_TYPE', 'Normal'],
  ['DOWNSTREAM_DETECTED_CLOSE_TYPE', 'Normal'],
];

function build(): OperatorTable {
  const table: { [name: string]: Operator } = {};
  for (const name of bareNames) table[name] = { argument: 'bare', allowsLimit: false, make: () => missing };
  for (const [name, value] of constants) {
    // Of the upstream nothing is told where no connection was made.
    const isThere = (context: LogContext): boolean =>
      !name.startsWith('UPSTREAM_') || context.info.upstreamConnectionId !== 0;
    const field: Field = {
      text: (context) => (isThere(context) ? String(value) : undefined),
      value: (context) => (isThere(context) ? value : null),
    };
    table[name] = { argument: 'bare', allowsLimit: false, make: () => field };
  }
  return table;
}

export const datalessOperators: OperatorTable = build();
