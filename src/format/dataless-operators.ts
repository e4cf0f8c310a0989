import type { Field, Operator, OperatorTable } from './field.js';

const missing: Field = { text: () => undefined, value: () => null };

/** Operators that Envoy knows and nothing here records: they are accepted and print as missing. */
const bareNames = ['ROUNDTRIP_DURATION', 'DOWNSTREAM_HANDSHAKE_DURATION', 'TRACE_ID', 'SPAN_ID'];

/** Those of which there is never anything to tell, and Envoy says what stands for that. */
const constants: readonly (readonly [string, string | number])[] = [
  ['BYTES_RETRANSMITTED', 0],
  ['PACKETS_RETRANSMITTED', 0],
  ['CUSTOM_FLAGS', ''],
];

function build(): OperatorTable {
  const table: { [name: string]: Operator } = {};
  for (const name of bareNames) table[name] = { argument: 'bare', allowsLimit: false, make: () => missing };
  for (const [name, value] of constants) {
    const field: Field = { text: () => String(value), value: () => value };
    table[name] = { argument: 'bare', allowsLimit: false, make: () => field };
  }
  return table;
}

export const datalessOperators: OperatorTable = build();
