import { compileFilter } from '../stats/render/selection.js';
import { clusterText } from '../upstream/membership/cluster-text.js';
import type { ClusterView } from '../upstream/membership/cluster-view.js';
import { clustersJson } from './clusters-json.js';
import { type AdminAnswer, type AdminRequest, type Endpoint, jsonAnswer, textAnswer } from './endpoint.js';
import type { AdminViews } from './views.js';

export const clusters: Endpoint = {
  path: '/clusters',
  help: 'upstream cluster status',
  params: [
    { name: 'filter', help: 'Regular expression (Google re2) for filtering clusters by name' },
    { name: 'format', help: 'Format to use; One of (text, json)' },
  ],
  answer: clustersAnswer,
};

function clustersAnswer({ query }: AdminRequest, views: AdminViews): AdminAnswer {
  const isWanted = nameFilter(query.get('filter') ?? '');
  if (isWanted === undefined) return textAnswer('Invalid re2 regex', 400);
  const wanted = selected(views.clusters(), isWanted);
  return query.get('format') === 'json' ? jsonAnswer(clustersJson(wanted)) : textAnswer(text(wanted));
}

/** Undefined for a bad expression. */
function nameFilter(regex: string): ((name: string) => boolean) | undefined {
  if (regex === '') return () => true;
  const compiled = compileFilter(regex);
  return typeof compiled === 'string' ? undefined : (name) => compiled.test(name);
}

function* selected(
  all: Iterable<ClusterView>,
  isWanted: (name: string) => boolean,
): Generator<ClusterView, void> {
  for (const cluster of all) if (isWanted(cluster.name)) yield cluster;
}

function* text(wanted: Iterable<ClusterView>): Generator<string, void> {
  for (const cluster of wanted) yield* clusterText(cluster);
}
