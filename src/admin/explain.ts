import { type AdminAnswer, type AdminRequest, type Endpoint, jsonPage, textAnswer } from './endpoint.js';
import { explanationText } from './explain-text.js';
import { type ProbeText, parseProbe } from './probe.js';
import type { AdminViews } from './views.js';

/** Not one of Envoy's pages: what a worker would do with a request, with health and runtime as they are now. */
export const explain: Endpoint = {
  path: '/explain',
  help: 'what would become of a request: listener, filter chain, route, filters, cluster, host',
  params: [
    { name: 'request', help: 'GET https://host/path, or tcp://host:port' },
    { name: 'header', help: 'name: value; may be repeated' },
    { name: 'listener', help: 'Name of the listener, where its port does not say' },
    { name: 'source', help: 'Address of the client, 10.0.0.1 or 10.0.0.1:4000' },
    { name: 'destination', help: 'Address that the client connects to' },
    { name: 'sni', help: 'Server name in the TLS hello' },
    { name: 'alpn', help: 'Application protocols in the TLS hello, with commas between' },
    { name: 'http2', help: 'The request comes as HTTP/2; One of (y, n)' },
    { name: 'random', help: 'The random number of the request' },
    { name: 'format', help: 'Format to use; One of (text, json)' },
    { name: 'all', help: 'Text lists every candidate; One of (y, n)' },
  ],
  answer,
};

async function answer({ query }: AdminRequest, views: AdminViews): Promise<AdminAnswer> {
  const of = (name: string): string => query.get(name) ?? '';
  const text: ProbeText = {
    request: of('request'),
    headers: query.getAll('header'),
    listener: of('listener'),
    source: of('source'),
    destination: of('destination'),
    sni: of('sni'),
    alpn: of('alpn'),
    isHttp2: of('http2') === 'y',
    random: of('random'),
  };
  const probe = parseProbe(text);
  if (typeof probe === 'string') return textAnswer(`${probe}\n`, 400);
  const told = await views.explain(probe);
  if (told === null) return textAnswer('no worker has answered in time\n', 503);
  return of('format') === 'json' ? jsonPage(told) : textAnswer(explanationText(told, of('all') === 'y'));
}
