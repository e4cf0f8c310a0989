import { type Endpoint, jsonPage } from './endpoint.js';

/** No transport socket loads certificates yet, so the list is empty. */
export const certs: Endpoint = {
  path: '/certs',
  help: 'print certs on machine',
  answer: () => jsonPage({ certificates: [] }),
};
