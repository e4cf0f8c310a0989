import { type Endpoint, textAnswer } from './endpoint.js';

export const hotRestartVersion: Endpoint = {
  path: '/hot_restart_version',
  help: 'print the hot restart compatibility version',
  answer: () => textAnswer('disabled'),
};
