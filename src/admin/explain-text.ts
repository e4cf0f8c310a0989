import type {
  ActionExplanation,
  ClusterExplanation,
  Explanation,
  FilterExplanation,
  HttpExplanation,
  Setting,
  TcpExplanation,
  Trial,
} from '../api/explain.js';

/** How many candidates that failed are written out; all of them with `isFull`. */
const toldTrials = 12;
const toldHosts = 20;

interface Style {
  readonly isFull: boolean;
}

/** An explanation for people. */
export function explanationText(told: Explanation, isFull = false): string {
  const style = { isFull };
  const { listener, chain, protocol } = told;
  const lines = [requestLine(told), ''];
  if (listener !== null) {
    lines.push(`listener ${listener.name} (${listener.addresses.join(', ')})${at(listener.origin)}`);
    lines.push(`  chosen: ${listener.why}`);
    if (listener.listenerFilters.length > 0)
      lines.push(`  listener filters: ${listener.listenerFilters.join(', ')}`);
  }
  if (told.chains.length > 0) lines.push(...trialLines('filter chain', told.chains, style));
  if (chain !== null) {
    lines.push(`  transport: ${chain.transport}`);
    for (const { name, origin } of chain.filters) lines.push(`  network filter ${name}${at(origin)}`);
  }
  for (const note of told.notes) lines.push(`note: ${note}`);
  if (told.problem !== '') lines.push(`no answer: ${told.problem}`);
  if (protocol?.kind === 'http') lines.push(...httpLines(protocol, style));
  else if (protocol?.kind === 'tcp') lines.push(...tcpLines(protocol));
  return `${lines.join('\n')}\n`;
}

function at(origin: string): string {
  return origin === '' ? '' : `  [${origin}]`;
}

function requestLine({ probe }: Explanation): string {
  const { kind, method, scheme, authority, path, sourceIp, serverName, isTls } = probe;
  const tls = isTls ? `, server name ${serverName}` : '';
  const what = kind === 'tcp' ? `a connection to ${authority}` : `${method} ${scheme}://${authority}${path}`;
  return `${what} from ${sourceIp}${tls}`;
}

function nameOf({ name }: Trial, what: string): string {
  return name === '' ? `an unnamed ${what}` : `${what} ${name}`;
}

function trialLine(trial: Trial, what: string): string {
  const { match, origin, verdict, failed } = trial;
  const mark = verdict === 'chosen' ? '>' : verdict === 'failed' ? 'x' : ' ';
  const why = failed === null ? '' : `: ${failed.condition}; it is ${failed.got}`;
  const text = verdict === 'failed' ? why : `: ${match}`;
  const rest = verdict === 'not-reached' ? ' (not reached)' : '';
  return `  ${mark} ${nameOf(trial, what)}${text}${rest}${at(origin)}`;
}

/** The chosen one, and of the others the nearest: those that are told last before it. */
function trialLines(what: string, trials: readonly Trial[], { isFull }: Style): readonly string[] {
  const failed = trials.filter(({ verdict }) => verdict === 'failed');
  const others = trials.filter(({ verdict }) => verdict === 'not-reached');
  const counts = `${failed.length} failed, ${others.length} not reached`;
  const lines = [`${what}s: ${trials.length}, of them ${counts}`];
  if (isFull) return [...lines, ...trials.map((trial) => trialLine(trial, what))];
  const kept = failed.slice(-toldTrials);
  if (failed.length > kept.length)
    lines.push(`    ${failed.length - kept.length} more failed before these; --all lists them`);
  const chosen = trials.filter(({ verdict }) => verdict === 'chosen');
  return [...lines, ...[...kept, ...chosen].map((trial) => trialLine(trial, what))];
}

function settingLines(settings: readonly Setting[], indent: string): readonly string[] {
  return settings.map(({ name, value, origin }) => `${indent}${name}: ${value}${at(origin)}`);
}

function httpLines(told: HttpExplanation, style: Style): readonly string[] {
  const { refused, routing, client, isInternal, settings, filters, action, changes } = told;
  const lines = [`${told.statPrefix}: client ${client}${isInternal ? ', internal' : ''}`];
  if (refused !== null) return [...lines, `refused with ${refused.status} (${refused.details})`];
  lines.push(...settingLines(settings, '  '));
  if (routing !== null) {
    lines.push(
      `route table ${routing.table === '' ? '(unnamed)' : routing.table}, host '${routing.authority}'`,
    );
    lines.push(...hostLines(routing.virtualHosts, style));
    if (routing.matcher.length > 0) lines.push(...trialLines('matcher step', routing.matcher, style));
    lines.push(...trialLines('route', routing.routes, style));
  }
  lines.push('http filters:', ...filters.map(filterLine));
  if (action !== null) lines.push(...actionLines(action));
  if (changes.length > 0) lines.push('headers on the way up:', ...changes.map((change) => `  ${change}`));
  return lines;
}

function hostLines(hosts: readonly Trial[], { isFull }: Style): readonly string[] {
  const chosen = hosts.filter(({ verdict }) => verdict === 'chosen');
  const told = isFull ? hosts : chosen;
  const lines = told.map((host) => trialLine(host, 'virtual host'));
  if (chosen.length > 0) return lines;
  const names = hosts.slice(0, toldTrials).map(({ match }) => match.replace('domains ', ''));
  return [...lines, `  no virtual host has that domain; there are ${names.join('; ')}`];
}

function filterLine({ name, state, why, overrides, origin }: FilterExplanation): string {
  const own = overrides === 0 ? '' : `, ${overrides} override${overrides === 1 ? '' : 's'} around the route`;
  return `  ${state === 'runs' ? ' ' : 'x'} ${name}${why === '' ? '' : ` (${why})`}${own}${at(origin)}`;
}

function actionLines(action: ActionExplanation): readonly string[] {
  switch (action.kind) {
    case 'none':
      return [`answer: ${action.status}, ${action.why}`];
    case 'redirect':
      return [`answer: ${action.status} to ${action.location}`];
    case 'direct':
      return [`answer: ${action.status} '${action.body.slice(0, 200)}'`];
    case 'route': {
      const { cluster, shares, chosenBy, settings, request, hash, mirrors, target } = action;
      return [
        `cluster ${cluster}, by ${chosenBy}`,
        ...shareLines(shares),
        ...settingLines(settings, '  '),
        `  goes up as ${request.method} ${request.path}, host ${request.authority}`,
        ...(hash === '' ? [] : [`  hash: ${hash}`]),
        ...mirrors.map((mirror) => `  mirrored to ${mirror}`),
        ...(target === null ? [] : clusterLines(target)),
      ];
    }
  }
}

function shareLines(shares: readonly { readonly cluster: string; readonly percent: number }[]): string[] {
  return shares.map(({ cluster, percent }) => `  share: ${Math.round(percent * 100) / 100} % to ${cluster}`);
}

function tcpLines({ cluster, shares, settings, target }: TcpExplanation): readonly string[] {
  return [
    cluster === '' || target === null
      ? `no cluster '${cluster}': the connection is closed`
      : `cluster ${cluster}`,
    ...shareLines(shares),
    ...settingLines(settings, '  '),
    ...(target === null ? [] : clusterLines(target)),
  ];
}

function clusterLines(told: ClusterExplanation): readonly string[] {
  const { name, type, balancer, origin, settings, hosts, hostCount, levels, pick, pickNote } = told;
  const shown = hosts.filter(({ address }, i) => i < toldHosts || address === pick);
  return [
    `cluster ${name}: ${type}, ${balancer}${at(origin)}`,
    ...settingLines(settings, '  '),
    ...levels.map((level) => `  ${level}`),
    `hosts: ${hostCount}`,
    ...shown.map((host) => {
      const mark = host.address === pick ? '>' : host.isCandidate ? ' ' : 'x';
      const parts = [
        host.health,
        `weight ${host.weight}`,
        ...(host.priority === 0 ? [] : [`priority ${host.priority}`]),
        ...(host.locality === '' ? [] : [host.locality]),
        ...(host.activeRequests === 0 ? [] : [`${host.activeRequests} active`]),
      ];
      return `  ${mark} ${host.address}: ${parts.join(', ')}`;
    }),
    ...(hostCount > shown.length ? [`    and ${hostCount - shown.length} more`] : []),
    `pick: ${pick === '' ? 'none' : pick} (${pickNote})`,
  ];
}
