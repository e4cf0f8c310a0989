import { hostname } from 'node:os';
import type { LogContext } from '../api/stream-info.js';
import { SystemRandom } from '../base/random.js';
import { toByteText } from './byte-text.js';
import { bare, bareText, type OperatorTable, textField, withArgument } from './field.js';

const random = new SystemRandom();

/** A UUID for a connection, the same in all of its log lines. */
function connectionId({ info }: LogContext): string {
  const hex = (value: number, length: number): string =>
    Math.floor(value).toString(16).padStart(length, '0').slice(-length);
  const { randomValue, startWallMs, id } = info;
  return `${hex(randomValue, 8)}-${hex(startWallMs, 4)}-4${hex(startWallMs / 4096, 3)}-8${hex(id, 3)}-${hex(id, 12)}`;
}

/** Attempts have none. */
function streamId(context: LogContext): string | undefined {
  if (context.logType.startsWith('Upstream')) return undefined;
  return context.info.protocol === '' ? connectionId(context) : context.requestHeaders?.get('x-request-id');
}

/** Operators whose value is the process's, not the stream's. */
export const processOperators: OperatorTable = {
  HOSTNAME: {
    argument: 'bare',
    allowsLimit: false,
    make: () => {
      const name = toByteText(hostname());
      return textField(() => name);
    },
  },
  ENVIRONMENT: withArgument('required', (name, limit) => {
    const value = process.env[name];
    // Envoy prints the dash itself, also where missing values print as nothing.
    const text = (value === undefined ? '-' : toByteText(value)).slice(0, limit);
    return textField(() => text);
  }),
  STREAM_ID: bareText(streamId),
  UNIQUE_ID: bare(textField(() => random.uuid())),
};
