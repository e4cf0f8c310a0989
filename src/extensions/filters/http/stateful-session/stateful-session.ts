import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import { ResponseFlag } from '../../../../api/response-flags.js';
import { isSessionStateFactory, type SessionState } from '../../../../api/session-state.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import { RouteOverride } from '../route-override.js';
import {
  parseStatefulSession,
  parseStatefulSessionRoute,
  type RouteSessionConfig,
  type StatefulSessionConfig,
} from './config.js';

/** `http.<stat_prefix>.stateful_session.<stat_prefix>.`; without its root for those of routes */
const S = statBlock({ counters: ['failed_closed', 'failed_open', 'no_session', 'routed'] });

/** Sends the requests of a session to the host that answered its first one. */
export const statefulSessionFilter: HttpFilterFactory<StatefulSessionConfig, RouteSessionConfig> = {
  name: 'envoy.filters.http.stateful_session',
  typeUrl: 'envoy.extensions.filters.http.stateful_session.v3.StatefulSession',
  routeTypeUrl: 'envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute',
  parse: parseStatefulSession,
  parseRoute: parseStatefulSessionRoute,
  build(config, scope) {
    const own = new Sessions(config, `${scope.statPrefix}.`, scope);
    const sessions = new RouteOverride<RouteSessionConfig, Sessions | null>(own, ({ session }) =>
      session === null ? null : new Sessions(session, '', scope),
    );
    return (stream) => new StatefulSessionFilter(stream, sessions);
  },
};

class Sessions {
  readonly isStrict: boolean;
  readonly missingStatus: number;
  readonly state: SessionState | null;
  readonly stats: BoundStats | null;

  /** `root`: what their stats are below; nothing for those of routes. */
  constructor(config: StatefulSessionConfig, root: string, scope: HttpFilterContext) {
    const { state, isStrict, missingStatus, statPrefix } = config;
    this.stats = statPrefix === '' ? null : scope.stats.bind(`${root}stateful_session.${statPrefix}`, S);
    this.isStrict = isStrict;
    this.missingStatus = isStrict ? missingStatus : 503;
    const factory = state === null ? undefined : scope.extensions.find('session.state', state.typeUrl);
    this.state =
      state === null || factory === undefined || !isSessionStateFactory(factory)
        ? null
        : factory.buildSessionState(state.config, scope);
  }
}

class StatefulSessionFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly override: RouteOverride<RouteSessionConfig, Sessions | null>;
  /** Null before the request came, and where a route switches sessions off. */
  private sessions: Sessions | null;
  /** Null for a request that can have no session. */
  private state: SessionState | null;
  private wanted: string;

  constructor(stream: StreamControl, override: RouteOverride<RouteSessionConfig, Sessions | null>) {
    this.stream = stream;
    this.override = override;
    this.sessions = null;
    this.state = null;
    this.wanted = '';
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const sessions = this.override.of(this.stream);
    this.sessions = sessions;
    if (sessions?.state == null || !sessions.state.concerns(headers)) return HeadersStatus.Continue;
    this.state = sessions.state;
    this.wanted = sessions.state.hostOf(headers);
    if (this.wanted !== '') {
      const { isStrict, missingStatus } = sessions;
      this.stream.info.hostOverride = { address: this.wanted, isStrict, missingStatus };
    }
    return HeadersStatus.Continue;
  }

  onResponseHeaders(headers: ResponseHeaders): HeadersStatus {
    const { sessions, state } = this;
    if (sessions === null) return HeadersStatus.Continue;
    const host = this.stream.info.upstreamHost;
    if (state === null) {
      if (host !== null) sessions.stats?.inc(S.no_session);
    } else if (host === null) {
      const isWithout = (this.stream.info.responseFlags & ResponseFlag.noHealthyUpstream) !== 0;
      if (isWithout && sessions.isStrict) sessions.stats?.inc(S.failed_closed);
    } else {
      const isSame = host.address.text === this.wanted;
      state.tell(host.address.text, isSame, headers);
      if (isSame) sessions.stats?.inc(S.routed);
      else if (!sessions.isStrict) sessions.stats?.inc(S.failed_open);
    }
    return HeadersStatus.Continue;
  }
}
