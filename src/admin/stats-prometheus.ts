import { renderPrometheus } from '../stats/render/prometheus.js';
import { parsePrometheusSelection } from '../stats/render/selection.js';
import { type AdminAnswer, type AdminRequest, type Endpoint, textAnswer } from './endpoint.js';
import type { AdminViews } from './views.js';

export const statsPrometheus: Endpoint = {
  path: '/stats/prometheus',
  help: 'print server stats in prometheus format',
  params: [
    { name: 'usedonly', help: 'Only include stats that have been written by system since restart' },
    {
      name: 'text_readouts',
      help: 'Render text_readouts as new gauges with value 0 (increases Prometheus data size)',
    },
    { name: 'filter', help: 'Regular expression (Google re2) for filtering stats' },
    { name: 'invert_filter', help: 'Invert the filter regex' },
    { name: 'histogram_buckets', help: 'Histogram bucket display mode; One of (cumulative, summary)' },
  ],
  answer: prometheusAnswer,
};

/** Also the answer of `/stats?format=prometheus`. */
export function prometheusAnswer({ query }: AdminRequest, views: AdminViews): AdminAnswer {
  const selection = parsePrometheusSelection(query);
  if (typeof selection === 'string') return textAnswer(selection, 400);
  const { store, boundsOf } = views.stats;
  views.stats.beforePage();
  return textAnswer(renderPrometheus(store, selection, boundsOf, query.has('text_readouts')));
}
