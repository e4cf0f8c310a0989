/** What makes the home page a page: its style and its script, both in the answer, nothing from elsewhere. */
export const homeStyle = `:root { color-scheme: light dark; --line: #8884; --good: #2a8a3e; --bad: #c0392b; --dim: #777; }
body { font: 15px/1.4 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
header { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
nav a { margin-right: .8rem; }
table { border-collapse: collapse; width: 100%; }
td, th { border-bottom: 1px solid var(--line); padding: .2rem .6rem .2rem 0; text-align: left; vertical-align: top; }
td.number { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
td.param { color: var(--dim); padding-left: 2rem; font-size: .9em; }
input[type=search] { font: inherit; padding: .3rem .5rem; width: 24rem; max-width: 100%; }
.state { border-radius: .3rem; color: #fff; padding: .1rem .5rem; background: var(--bad); }
.state.good, .dot.good { background: var(--good); }
.dot { background: var(--bad); border-radius: 50%; display: inline-block; height: .6rem; margin-right: .4rem; width: .6rem; }
.dim { color: var(--dim); }
form { display: inline; margin: 0; }
button { font: inherit; }
#stats-body { max-height: 24rem; overflow: auto; display: block; }`;

/** Asks the JSON pages every two seconds while the page is looked at, and fills the tables. */
export const homeScript = `'use strict';
const at = (id) => document.getElementById(id);
const cell = (row, text, kind) => {
  const made = row.insertCell();
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
};
const ask = async (path) => {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(path + ': ' + answer.status);
  return answer.json();
};
const addressOf = ({ socket_address: socket, pipe }) =>
  socket ? socket.address + ':' + (socket.port_value ?? 0) : (pipe?.path ?? '');
const healthOf = (host) => {
  const { eds_health_status: eds = 'UNKNOWN', ...failures } = host.health_status ?? {};
  const failed = Object.keys(failures).filter((key) => failures[key] === true);
  return { isGood: failed.length === 0 && !['UNHEALTHY', 'DRAINING', 'TIMEOUT'].includes(eds), text: failed.join(', ') };
};
const valueOf = (host, name) => host.stats?.find((stat) => stat.name === name)?.value ?? '0';
const shownHosts = 500;

async function showServer() {
  const info = await ask('server_info');
  at('state').textContent = info.state;
  at('state').className = info.state === 'LIVE' ? 'state good' : 'state';
  at('version').textContent = info.version + ', up ' + info.uptime_current_epoch + ', ' +
    info.command_line_options.concurrency + ' worker(s)';
}

async function showListeners() {
  const { listener_statuses: all = [] } = await ask('listeners?format=json');
  const body = document.createElement('tbody');
  for (const listener of all) {
    const row = body.insertRow();
    cell(row, listener.name);
    const addresses = [listener.local_address, ...(listener.additional_local_addresses ?? [])];
    cell(row, addresses.filter(Boolean).map(addressOf).join(', '));
  }
  at('listeners').replaceChildren(body);
}

async function showClusters() {
  const { cluster_statuses: all = [] } = await ask('clusters?format=json');
  const body = document.createElement('tbody');
  let left = shownHosts;
  for (const cluster of all) {
    const hosts = cluster.host_statuses ?? [];
    const good = hosts.filter((host) => healthOf(host).isGood).length;
    const row = body.insertRow();
    const name = cell(row, cluster.name);
    const dot = document.createElement('span');
    dot.className = good > 0 ? 'dot good' : 'dot';
    name.prepend(dot);
    cell(row, good + ' of ' + hosts.length + ' healthy');
    cell(row, '');
    for (const host of hosts) {
      if (left-- <= 0) break;
      const line = body.insertRow();
      const health = healthOf(host);
      cell(line, addressOf(host.address), 'param');
      cell(line, health.isGood ? 'healthy' : health.text || 'unhealthy', health.isGood ? 'dim' : '');
      cell(line, valueOf(host, 'rq_active') + ' active, ' + valueOf(host, 'rq_total') + ' requests', 'number dim');
    }
  }
  at('clusters').replaceChildren(body);
  at('clusters-more').textContent = left < 0 ? 'only the first ' + shownHosts + ' hosts are shown' : '';
}

const shownStats = 1000;
async function showStats() {
  const words = at('filter').value.trim();
  const query = new URLSearchParams({ format: 'json', type: 'Counters' });
  const escaped = words.replace(/[.*+?^\${}()|[\\]\\\\]/g, '\\\\$&');
  if (words !== '') query.set('filter', at('regex').checked ? words : escaped);
  if (at('used').checked) query.set('usedonly', '');
  const counters = ask('stats?' + query);
  query.set('type', 'Gauges');
  const [{ stats }, { stats: gauges }] = await Promise.all([counters, ask('stats?' + query)]);
  const all = [...stats, ...gauges].sort((a, b) => (a.name < b.name ? -1 : 1));
  const body = document.createElement('tbody');
  for (const stat of all.slice(0, shownStats)) {
    const row = body.insertRow();
    cell(row, stat.name);
    cell(row, String(stat.value), 'number');
  }
  at('stats').replaceChildren(body);
  at('count').textContent = all.length + ' stats' + (all.length > shownStats ? ', the first ' + shownStats + ' shown' : '');
}

let isBusy = false;
async function show() {
  if (isBusy || document.hidden) return;
  isBusy = true;
  try {
    await Promise.all([showServer(), showListeners(), showClusters(), showStats()]);
    at('trouble').textContent = '';
  } catch (error) {
    at('trouble').textContent = String(error);
  }
  isBusy = false;
}
for (const id of ['filter', 'used', 'regex']) {
  at(id).addEventListener('input', () => void showStats().catch((error) => { at('trouble').textContent = String(error); }));
}
// A link may name a filter: /#filter=upstream_rq
at('filter').value = new URLSearchParams(location.hash.slice(1)).get('filter') ?? '';
setInterval(show, 2000);
void show();`;
