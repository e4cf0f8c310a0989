import { type Endpoint, textAnswer } from './endpoint.js';

export const ready: Endpoint = {
  path: '/ready',
  help: 'print server state, return 200 if LIVE, otherwise return 503',
  answer(_request, { process }) {
    const { state } = process;
    return textAnswer(`${state}\n`, state === 'LIVE' ? 200 : 503);
  },
};
