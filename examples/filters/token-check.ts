// Outside this repository: from 'sluice/filter'.
import { asyncFilter } from '../../src/filter.js';

type TokenCheckConfig = {
  readonly cluster: string;
  readonly path: string;
};

/** Asks a cluster about the bearer token of every request, and tells the upstream whose it is. */
export const tokenCheck = asyncFilter<TokenCheckConfig>({
  name: 'token-check',
  typeUrl: 'examples.TokenCheck',
  timeoutMs: 2000,
  onError: 'fail',
  parse: (node) => {
    node.needs.cluster(node.string('cluster'), 'cluster');
    return { cluster: node.string('cluster'), path: node.string('path', '/check') };
  },
  request: (request, run) => {
    const token = request.headers.get('authorization');
    if (token === undefined) {
      run.respond(401, 'a token is needed\n', { 'www-authenticate': 'Bearer' });
      return;
    }
    return check(token);

    async function check(bearer: string): Promise<void> {
      const { cluster, path } = run.config;
      const answer = await run.cluster(cluster).fetch(path, { headers: { authorization: bearer } });
      if (!answer.ok) {
        run.count('refused');
        run.respond(403, 'this token is not known\n');
        return;
      }
      request.headers.remove('authorization');
      request.headers.set('x-user', answer.text().trim());
    }
  },
});
