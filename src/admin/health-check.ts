import { type Endpoint, okAnswer } from './endpoint.js';

/** `/healthcheck/fail` and `/healthcheck/ok`. */
export const healthCheckFail = healthCheck(
  '/healthcheck/fail',
  'cause the server to fail health checks',
  true,
);
export const healthCheckOk = healthCheck('/healthcheck/ok', 'cause the server to pass health checks', false);

function healthCheck(path: string, help: string, isFailed: boolean): Endpoint {
  return {
    path,
    help,
    changesState: true,
    answer(_request, { operations }) {
      operations.failHealthCheck(isFailed);
      return okAnswer;
    },
  };
}
