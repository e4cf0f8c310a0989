import { type Endpoint, okAnswer, textAnswer } from './endpoint.js';

const path = '/stats/recentlookups';

/** Stat names are resolved when a thread builds its configuration: there are no look-ups to tell of. */
export const recentLookups: Endpoint = {
  path,
  help: 'Show recent stat-name lookups',
  answer: (_request, { stats }) =>
    textAnswer(
      stats.areLookupsTracked
        ? '   Count Lookup\n\ntotal: 0\n'
        : `Lookup tracking is not enabled. Use ${path}/enable to enable.\n\ntotal: 0\n`,
    ),
};

function tracking(action: string, help: string, isTracked: boolean | undefined): Endpoint {
  return {
    path: `${path}/${action}`,
    help,
    changesState: true,
    answer: (_request, { stats }) => {
      if (isTracked !== undefined) stats.areLookupsTracked = isTracked;
      return okAnswer;
    },
  };
}

export const recentLookupsClear = tracking('clear', 'clear list of stat-name lookups and counter', undefined);
export const recentLookupsDisable = tracking('disable', 'disable recording of stat-name lookups', false);
export const recentLookupsEnable = tracking('enable', 'enable recording of stat-name lookups', true);
