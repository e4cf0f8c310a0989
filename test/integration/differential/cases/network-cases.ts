import { type ClientStep, type DifferentialCase, get } from '../differential-case.js';

const bytes = get('/bytes');

/** Bytes to and fro on a connection that the client ends. */
function carried(name: string, listener: string): DifferentialCase {
  return {
    name: `network: ${name}`,
    listener,
    steps: [bytes, { responses: 1 }, 'end', 'closed'],
    probes: false,
  };
}

/** The proxy closes whatever the client sends. */
function refused(name: string, listener: string, steps: readonly ClientStep[] = [bytes]): DifferentialCase {
  return { name: `network: ${name}`, listener, steps: [...steps, 'closed'], probes: false };
}

export const networkCases: readonly DifferentialCase[] = [
  carried('bytes without filters', 'direct'),
  carried('one connection under a limit of one', 'limit-one'),
  carried('a limit that runtime switched off', 'limit-off'),
  carried('two limits of one in a row', 'limit-twice'),
  carried('the first connection under a rate limit', 'rate-one'),
  refused('the second connection under a rate limit', 'rate-one', []),
  carried('a rate limit that runtime switched off', 'rate-off'),
  carried('a rate limit that runtime switched off, again', 'rate-off'),
  carried('the first connection of a shared rate limit', 'rate-shared'),
  refused('the second connection of a shared rate limit, elsewhere', 'rate-shared-too', []),
  carried('the first connection under a listener rate limit', 'rate-listener'),
  refused('the second connection under a listener rate limit', 'rate-listener', []),
  carried('rbac allows', 'rbac-allow'),
  refused('rbac allows nobody', 'rbac-none'),
  refused('rbac denies', 'rbac-deny'),
  carried('rbac logs', 'rbac-log'),
  carried('rbac in the shadow', 'rbac-shadow'),
  carried('rbac and its shadow', 'rbac-both'),
  {
    name: 'network: rbac judges each read',
    listener: 'rbac-continuous',
    steps: [bytes, { responses: 1 }, bytes, { responses: 2 }, 'end', 'closed'],
    probes: false,
  },
  refused('rbac denies after a while', 'rbac-delayed'),
  refused('rbac of another port', 'rbac-port'),
  carried('rbac by filter state', 'rbac-state'),
  carried('rbac without rules', 'rbac-only'),
  { name: 'network: rbac and no byte', listener: 'rbac-deny', steps: ['end', 'closed'], probes: false },
  carried('filter state names the cluster', 'state-cluster'),
  {
    ...refused('filter state names a cluster that is not there, once', 'state-missing', []),
    // It is over before the stats that it makes are known.
    ignores: [/^. (?:listener|tcp)\.state-missing\./],
  },
  refused('filter state names a cluster that is not there', 'state-missing', []),
  carried('filter state at the first bytes', 'state-late'),
  refused('filter state sets the idle timeout', 'state-idle', []),
  carried('a connection without server name', 'no-sni'),
];
