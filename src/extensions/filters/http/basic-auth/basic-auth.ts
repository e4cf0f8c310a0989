import { createHash } from 'node:crypto';
import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import { decodeBase64 } from '../../../../base/base64.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import { addDynamicMetadata } from '../../../../stream/dynamic-metadata.js';
import { RouteOverride } from '../route-override.js';
import {
  type BasicAuthConfig,
  type BasicAuthRouteConfig,
  parseBasicAuth,
  parseBasicAuthPerRoute,
} from './config.js';

/** `http.<p>.basic_auth.` */
const B = statBlock({ counters: ['allowed', 'denied'] });

/** Why a request is refused: the end of the sentence in its body, and details. */
interface Refusal {
  readonly text: string;
  readonly details: string;
}

const missing: Refusal = {
  text: 'Missing username and password.',
  details: 'no_credential_for_basic_auth',
};
const wrongScheme: Refusal = {
  text: "Expected 'Basic' authentication scheme.",
  details: 'invalid_scheme_for_basic_auth',
};
const malformed: Refusal = {
  text: 'Invalid basic credential format.',
  details: 'invalid_format_for_basic_auth',
};
const wrong: Refusal = {
  text: 'Invalid username/password combination.',
  details: 'invalid_credential_for_basic_auth',
};

/** Asks for a name and a password of an htpasswd file (RFC 7617). */
export const basicAuthFilter: HttpFilterFactory<BasicAuthConfig, BasicAuthRouteConfig> = {
  name: 'envoy.filters.http.basic_auth',
  typeUrl: 'envoy.extensions.filters.http.basic_auth.v3.BasicAuth',
  routeTypeUrl: 'envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute',
  parse: parseBasicAuth,
  parseRoute: parseBasicAuthPerRoute,
  build(config, scope) {
    const stats = scope.stats.bind(`${scope.statPrefix}.basic_auth`, B);
    const users = new RouteOverride<BasicAuthRouteConfig, Users>(usersOf(config, ''), (onRoute) =>
      usersOf(onRoute, config.realm),
    );
    return (stream) => new BasicAuthFilter(config, stats, stream, users);
  },
};

interface Users {
  readonly hashes: ReadonlyMap<string, string>;
  readonly realm: string;
}

/** A route without a realm has the filter's. */
function usersOf({ users, realm }: BasicAuthRouteConfig, outerRealm: string): Users {
  return { hashes: new Map(users), realm: realm || outerRealm };
}

class BasicAuthFilter implements HttpFilter {
  private readonly config: BasicAuthConfig;
  private readonly stats: BoundStats;
  private readonly stream: StreamControl;
  private readonly users: RouteOverride<BasicAuthRouteConfig, Users>;

  constructor(
    config: BasicAuthConfig,
    stats: BoundStats,
    stream: StreamControl,
    users: RouteOverride<BasicAuthRouteConfig, Users>,
  ) {
    this.config = config;
    this.stats = stats;
    this.stream = stream;
    this.users = users;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const users = this.users.of(this.stream);
    const credentials = headers.get(this.config.header);
    const outcome = credentials === undefined ? missing : checked(credentials, users.hashes);
    if (typeof outcome !== 'string') {
      // Credentials of another scheme are for somebody else.
      const isMissing = outcome === missing || outcome === wrongScheme;
      if (isMissing && this.config.allowsMissing) return HeadersStatus.Continue;
      this.refuse(outcome, headers, users.realm);
      return HeadersStatus.Stop;
    }
    this.stats.inc(B.allowed);
    const { forwardHeader, emitsMetadata } = this.config;
    if (forwardHeader !== '') {
      headers.remove(forwardHeader);
      headers.add(forwardHeader, outcome);
    }
    if (emitsMetadata)
      addDynamicMetadata(this.stream.info, 'envoy.filters.http.basic_auth', { username: outcome });
    return HeadersStatus.Continue;
  }

  private refuse({ text, details }: Refusal, headers: RequestHeaders, realm: string): void {
    this.stats.inc(B.denied);
    const shown =
      realm === ''
        ? `${headers.scheme}://${headers.authority}${headers.path}`
        : realm.replaceAll(/["\\]/g, '\\$&');
    this.stream.localReply(401, `User authentication failed. ${text}`, {
      details,
      headers: [['www-authenticate', `Basic realm="${shown}"`]],
    });
  }
}

const scheme = 'Basic ';

/** The user's name, or why there is none. */
function checked(credentials: string, hashes: ReadonlyMap<string, string>): string | Refusal {
  if (!credentials.startsWith(scheme)) return wrongScheme;
  const text = decodeBase64(credentials.slice(scheme.length))?.toString('latin1') ?? '';
  const colon = text.indexOf(':');
  if (colon < 0) return malformed;
  const name = text.slice(0, colon);
  const hash = createHash('sha1')
    .update(text.slice(colon + 1), 'latin1')
    .digest('base64');
  return hashes.get(name) === hash ? name : wrong;
}
