import type { FilterExplanation, HttpExplanation, Probe, RouteExplanation, Setting } from '../api/explain.js';
import type { HttpFilterChain } from '../api/http-filter.js';
import type { RouteInput, RouteMatch } from '../api/route.js';
import type { BoundStats } from '../api/stats.js';
import type { ConnectionInfo } from '../api/stream-info.js';
import { RequestHeaders } from '../base/header-map.js';
import { timeoutText } from '../base/time-text.js';
import { placeOf } from '../match/places.js';
import { isSwitchedOff } from '../stream/filter-chain.js';
import { StreamRecord } from '../stream/stream-record.js';
import type { Manager } from './manager.js';
import type { RequestOrigin } from './request-rules.js';
import { type ScreenedStream, screenRequest } from './request-screen.js';

/** What a connection manager would do with a request that nobody has sent: its own checks, rules and route table run. */
export function explainRequest(manager: Manager, probe: Probe, connection: ConnectionInfo): HttpExplanation {
  const stream = new ProbedStream(manager, probe, connection);
  const isRefused = stream.screen();
  const route = isRefused ? null : stream.routeNow();
  const { headers } = stream;
  const chain = manager.filtersFor(stream.upgradeType);
  const routing = isRefused ? null : shortened(manager.routes.explain(stream.input));
  const runs = chain.filter((entry) => !isSwitchedOff(entry, route));
  const { info, origin } = stream;
  const { randomValue: random } = info;
  const action = isRefused ? null : (runs.at(-1)?.make.explain?.({ headers, info, route, random }) ?? null);
  return {
    kind: 'http',
    statPrefix: manager.statPrefix,
    client: origin.remoteAddress.text,
    isInternal: origin.isInternal,
    refused: stream.refused,
    settings: settingsOf(manager, route),
    routing,
    filters: chain.map((entry) => filterOf(entry, route)),
    action,
    changes: action?.kind === 'route' ? changesBetween(probe, headers) : [],
  };
}

/** Names of other virtual hosts are told up to a number that people read. */
const toldHosts = 64;

function shortened(routing: RouteExplanation): RouteExplanation {
  const { virtualHosts } = routing;
  if (virtualHosts.length <= toldHosts) return routing;
  const chosen = virtualHosts.filter(({ verdict }) => verdict === 'chosen');
  return { ...routing, virtualHosts: [...chosen, ...virtualHosts.slice(0, toldHosts)] };
}

/** What counts nothing: a probe is no request. */
const silentStats: BoundStats = {
  prefix: '',
  inc: () => undefined,
  add: () => undefined,
  set: () => undefined,
  record: () => undefined,
  value: () => 0,
};

/** A stream as far as the checks on its head and the route table look at it. */
class ProbedStream implements ScreenedStream {
  readonly manager: ScreenedStream['manager'];
  readonly connection: ScreenedStream['connection'];
  readonly info: StreamRecord;
  readonly headers: RequestHeaders;
  readonly origin: RequestOrigin;
  readonly requestHeaders: RequestHeaders;
  readonly responseHeaders = null;
  readonly responseTrailers = null;
  readonly isRecreated = false;
  readonly isOver = false;
  logType = '';
  isUpgrade = false;
  upgradeType = '';
  refused: { readonly status: number; readonly details: string } | null = null;
  private readonly live: Manager;

  constructor(live: Manager, probe: Probe, connection: ConnectionInfo) {
    const { config, scope, earlyMutations, requestRules, upgrades } = live;
    const { clock, random } = scope;
    this.live = live;
    this.manager = {
      config,
      scope,
      earlyMutations,
      requestRules,
      upgrades,
      accessLogs: [],
      stats: silentStats,
      overload: null,
    };
    this.origin = { remoteAddress: connection.remoteAddress, isInternal: false, rejectStatus: 0 };
    this.connection = {
      control: { info: connection },
      origin: this.origin,
      closeAfterResponse: () => undefined,
    };
    const draw = probe.random ?? random.u32();
    this.info = new StreamRecord(connection, 0, clock.now(), clock.wallMs(), draw);
    this.info.protocol = probe.isHttp2 ? 'HTTP/2' : 'HTTP/1.1';
    this.headers = headersOf(probe);
    this.requestHeaders = this.headers;
  }

  get input(): RouteInput {
    return { headers: this.headers, info: this.info, random: this.info.randomValue };
  }

  /** True when the request goes no further. */
  screen(): boolean {
    const { headers } = this;
    const upgrade = headers.get('upgrade') ?? '';
    return screenRequest(this, headers, { isHttp10: false, expectsContinue: false, hasHost: true, upgrade });
  }

  routeNow(): RouteMatch | null {
    return this.live.routes.find(this.input);
  }

  sendContinue(): void {
    // Nobody waits for it.
  }

  onUpgradeAllowed(type: string): void {
    this.upgradeType = type;
  }

  localReply(status: number, _body: string, { details }: { readonly details: string }): void {
    this.refused = { status, details };
  }
}

function headersOf({ method, scheme, authority, path, headers: fields, isHttp2 }: Probe): RequestHeaders {
  const headers = new RequestHeaders();
  headers.method = method;
  headers.authority = authority;
  headers.path = path;
  // An HTTP/1 request does not say its scheme.
  if (isHttp2) headers.scheme = scheme;
  for (const [name, value] of fields) headers.add(name, value);
  return headers;
}

function filterOf(entry: HttpFilterChain[number], route: RouteMatch | null): FilterExplanation {
  const { name, typeUrl, origin, isDisabled } = entry;
  const levels = route?.filterConfigs(name) ?? [];
  const last = levels.at(-1);
  const isOff = isSwitchedOff(entry, route);
  const why =
    last !== undefined && last.disabled !== isDisabled
      ? isOff
        ? 'disabled on the route'
        : 'turned on by the route'
      : isDisabled
        ? 'disabled in the chain'
        : '';
  const overrides = levels.filter(({ disabled }) => !disabled).length;
  return { name, type: typeUrl, origin, state: isOff ? 'disabled' : 'runs', why, overrides };
}

/** The connection manager's clocks, as the route leaves them. */
function settingsOf({ config }: Manager, route: RouteMatch | null): readonly Setting[] {
  const { places, origin } = config;
  const setting = (name: string, ms: number): Setting => ({
    name,
    value: timeoutText(ms),
    origin: placeOf(places, name, origin),
  });
  const action = route?.action.kind === 'route' ? route.action : null;
  const ofRoute = (name: string, field: string, ms: number | undefined): Setting | null =>
    action === null || ms === undefined
      ? null
      : { name, value: timeoutText(ms), origin: placeOf(action.places, field, route?.origin ?? '') };
  return [
    setting('request_headers_timeout', config.requestHeadersTimeoutMs),
    setting('request_timeout', config.requestTimeoutMs),
    ofRoute('stream_idle_timeout', 'idle_timeout', action?.idleTimeoutMs) ??
      setting('stream_idle_timeout', config.streamIdleTimeoutMs),
    ofRoute('max_stream_duration', 'max_stream_duration', action?.maxStreamDurationMs) ??
      setting('max_stream_duration', config.maxStreamDurationMs),
  ];
}

/** How the head that goes on differs from the one that came. */
function changesBetween(probe: Probe, headers: RequestHeaders): readonly string[] {
  const before = headersOf(probe);
  const changes: string[] = [];
  for (const name of [':method', ':authority', ':path'] as const) {
    const [was, is] = [before.get(name) ?? '', headers.get(name) ?? ''];
    if (was !== is) changes.push(`${name}: '${was}' becomes '${is}'`);
  }
  for (const name of new Set([...before.names, ...headers.names])) {
    const [was, is] = [before.joined(name), headers.joined(name)];
    if (was === undefined) changes.push(`${name}: added, '${is}'`);
    else if (is === undefined) changes.push(`${name}: removed`);
    else if (was !== is) changes.push(`${name}: '${was}' becomes '${is}'`);
  }
  return changes;
}
