// Outside this repository: from 'sluice/filter'.
import { asyncNetworkFilter } from '../../src/filter.js';

type LineGuardConfig = {
  readonly cluster: string;
  readonly limitLine: number;
};

/**
 * Lets a connection through once its first line is a token that a cluster knows, and counts the bytes of either side.
 * The line itself goes on to the upstream with the rest.
 */
export const lineGuard = asyncNetworkFilter<LineGuardConfig>({
  name: 'line-guard',
  typeUrl: 'examples.LineGuard',
  timeoutMs: 2000,
  parse: (node) => {
    const cluster = node.string('cluster');
    node.needs.cluster(cluster, 'cluster');
    return { cluster, limitLine: node.number('limit_line', 100) };
  },
  async data(bytes, run) {
    if (run.state.has('user')) {
      run.count('received_bytes', bytes.length);
      return;
    }
    const end = bytes.indexOf('\n');
    if (end < 0 && bytes.length < run.config.limitLine) return 'more';
    const token = bytes.toString('latin1', 0, Math.max(end, 0)).trim();
    const answer = await run.cluster(run.config.cluster).fetch(`/check/${encodeURIComponent(token)}`);
    if (!answer.ok) {
      run.count('refused');
      run.send('this token is not known\n');
      run.close('unknown_token');
      return;
    }
    run.state.set('user', answer.text());
    run.setMetadata('user', answer.text().trim());
    run.count('received_bytes', bytes.length);
  },
  write: (bytes, run) => run.count('sent_bytes', bytes.length),
});
