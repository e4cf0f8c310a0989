import { renderJson } from '../stats/render/json.js';
import { parseSelection } from '../stats/render/selection.js';
import { renderText } from '../stats/render/text.js';
import { type AdminAnswer, type AdminRequest, type Endpoint, jsonAnswer, textAnswer } from './endpoint.js';
import { prometheusAnswer } from './stats-prometheus.js';
import type { AdminViews } from './views.js';

export const stats: Endpoint = {
  path: '/stats',
  help: 'print server stats',
  params: [
    { name: 'usedonly', help: 'Only include stats that have been written by system since restart' },
    { name: 'filter', help: 'Regular expression (Google re2) for filtering stats' },
    { name: 'invert_filter', help: 'Invert the filter regex' },
    { name: 'format', help: 'Format to use; One of (html, active-html, text, json, prometheus)' },
    {
      name: 'type',
      help: 'Stat types to include.; One of (All, Counters, Histograms, Gauges, TextReadouts)',
    },
    {
      name: 'histogram_buckets',
      help: 'Histogram bucket display mode; One of (cumulative, disjoint, detailed, summary)',
    },
  ],
  answer: statsAnswer,
};

const formats = 'usage: /stats?format=(html|active-html|json|prometheus|text)\n\n';

/** The home page filters stats and keeps them up to date. */
function homeAnswer(): AdminAnswer {
  const body = `<!DOCTYPE html>\n<title>Stats</title>\n<meta http-equiv='refresh' content='0; url=.#s-stats'>\n<a href='.#s-stats'>Stats</a>\n`;
  return { status: 200, contentType: 'text/html; charset=UTF-8', body };
}

function statsAnswer(request: AdminRequest, views: AdminViews): AdminAnswer {
  const format = request.query.get('format') || 'text';
  if (format === 'prometheus') return prometheusAnswer(request, views);
  if (format === 'html' || format === 'active-html') return homeAnswer();
  if (format !== 'text' && format !== 'json') return textAnswer(formats, 400);
  const selection = parseSelection(request.query);
  if (typeof selection === 'string') return textAnswer(selection, 400);
  const { store, boundsOf } = views.stats;
  views.stats.beforePage();
  return format === 'json'
    ? jsonAnswer(renderJson(store, selection, boundsOf))
    : textAnswer(renderText(store, selection, boundsOf));
}
