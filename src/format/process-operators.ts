import { hostname } from 'node:os';
import { SystemRandom } from '../base/random.js';
import { toByteText } from './byte-text.js';
import { bare, bareText, type OperatorTable, textField, withArgument } from './field.js';

const random = new SystemRandom();

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
    const text = value === undefined ? undefined : toByteText(value).slice(0, limit);
    return textField(() => text);
  }),
  STREAM_ID: bareText((context) => context.requestHeaders?.get('x-request-id')),
  UNIQUE_ID: bare(textField(() => random.uuid())),
};
