import { type Endpoint, okAnswer } from './endpoint.js';

export const resetCounters: Endpoint = {
  path: '/reset_counters',
  help: 'reset all counters to zero',
  changesState: true,
  answer(_request, { operations }) {
    operations.resetCounters();
    return okAnswer;
  },
};
