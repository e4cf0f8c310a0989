import type { Endpoint, EndpointParam } from './endpoint.js';

/** `/`: every endpoint as a link, those that change something as a button. */
export function homePage(endpoints: () => readonly Endpoint[]): Endpoint {
  return {
    path: '/',
    help: 'Admin home page',
    answer: () => ({ status: 200, contentType: 'text/html; charset=UTF-8', body: homeHtml(endpoints()) }),
  };
}

const style = `body { font-family: sans-serif; margin: 1.5em; }
table { border-collapse: collapse; }
td { padding: 4px 12px 4px 4px; text-align: left; vertical-align: top; }
tr.endpoint:nth-of-type(even) { background: #eee; }
td.param { padding-left: 2em; color: #555; font-size: smaller; }
form { margin: 0; }
button { font: inherit; }`;

function homeHtml(endpoints: readonly Endpoint[]): string {
  const rows = endpoints.map((endpoint) => row(endpoint)).join('');
  return `<!DOCTYPE html>
<html lang='en'>
<head>
<meta charset='utf-8'>
<title>Sluice Admin</title>
<style>
${style}
</style>
</head>
<body>
<table>
<thead><tr><th>Command</th><th>Description</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
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
