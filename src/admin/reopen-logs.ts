import { type Endpoint, okAnswer } from './endpoint.js';

export const reopenLogs: Endpoint = {
  path: '/reopen_logs',
  help: 'reopen access logs',
  changesState: true,
  answer(_request, { operations }) {
    operations.reopenLogs();
    return okAnswer;
  },
};
