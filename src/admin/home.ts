import {
  type AdminAnswer,
  type AdminRequest,
  type Endpoint,
  type EndpointParam,
  textAnswer,
} from './endpoint.js';
import { helpTable } from './help.js';
import { homeScript, homeStyle } from './home-page.js';

/** `/`: the state of the proxy at a glance, and every endpoint; for scripts that ask for plain text the table of `/help`. */
export function homePage(endpoints: () => readonly Endpoint[]): Endpoint {
  return {
    path: '/',
    help: 'Admin home page',
    answer: (request) => home(request, endpoints()),
  };
}

async function home({ accept }: AdminRequest, endpoints: readonly Endpoint[]): Promise<AdminAnswer> {
  if (accept.startsWith('text/plain')) return textAnswer(helpTable(endpoints));
  const policy = [
    `default-src 'none'`,
    `script-src '${await hashOf(homeScript)}'`,
    `style-src '${await hashOf(homeStyle)}'`,
    `connect-src 'self'`,
    `form-action 'self'`,
    `base-uri 'none'`,
    `frame-ancestors 'none'`,
  ];
  return {
    status: 200,
    contentType: 'text/html; charset=UTF-8',
    body: homeHtml(endpoints),
    headers: { 'content-security-policy': policy.join('; ') },
  };
}

/** The script and the style of the page are the only ones that may run on it. */
async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `sha256-${Buffer.from(digest).toString('base64')}`;
}

function homeHtml(endpoints: readonly Endpoint[]): string {
  return `<!DOCTYPE html>
<html lang='en'>
<head>
<meta charset='utf-8'>
<meta name='viewport' content='width=device-width, initial-scale=1'>
<title>Sluice Admin</title>
<style>${homeStyle}</style>
</head>
<body>
<header><h1>Sluice</h1><span id='state' class='state'>…</span><span id='version' class='dim'></span></header>
<nav><a href='#s-clusters'>Clusters</a><a href='#s-listeners'>Listeners</a><a href='#s-stats'>Stats</a><a href='#s-commands'>Commands</a></nav>
<p id='trouble' role='alert'></p>
<h2 id='s-clusters'>Clusters</h2>
<table id='clusters'></table><p id='clusters-more' class='dim'></p>
<h2 id='s-listeners'>Listeners</h2>
<table id='listeners'></table>
<h2 id='s-stats'>Stats</h2>
<p><input id='filter' type='search' placeholder='part of a name' aria-label='filter of stats'>
<label><input id='regex' type='checkbox'> regular expression</label>
<label><input id='used' type='checkbox' checked> used only</label> <span id='count' class='dim'></span></p>
<div id='stats-body'><table id='stats'></table></div>
<h2 id='s-commands'>Commands</h2>
<table>
<tbody>
${endpoints.map((endpoint) => row(endpoint)).join('')}</tbody>
</table>
<script>${homeScript}</script>
</body>
</html>
`;
}

function row(endpoint: Endpoint): string {
  const { path, help, params, changesState } = endpoint;
  const name = path.slice(1);
  // Relative, so that the page works behind a proxy that serves it under a prefix.
  const command =
    changesState === true
      ? `<form action='${name}' method='post'><button>${name}</button></form>`
      : `<a href='${name === '' ? '.' : name}'>${name === '' ? '/' : name}</a>`;
  const details = (params ?? []).map(paramRow).join('');
  return `<tr class='endpoint'><td>${command}</td><td>${escapeHtml(help)}</td></tr>\n${details}`;
}

function paramRow({ name, help }: EndpointParam): string {
  return `<tr><td class='param'>${escapeHtml(name)}</td><td class='param'>${escapeHtml(help)}</td></tr>\n`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll("'", '&#39;');
}
