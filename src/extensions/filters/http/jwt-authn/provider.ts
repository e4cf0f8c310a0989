import type { HttpFilterContext, StreamControl } from '../../../../api/http-filter.js';
import type { BoundStats } from '../../../../api/stats.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import type { Plain } from '../../../../base/plain.js';
import { buildStringMatcher, type StringPredicate } from '../../../../match/string-matcher.js';
import { addDynamicMetadata } from '../../../../stream/dynamic-metadata.js';
import { type ProviderConfig, trimmedAudience } from './config.js';
import { verifyJwt } from './jwks.js';
import { type Json, type Jwt, JwtStatus, parseJwt } from './jwt.js';
import { J } from './jwt-stats.js';
import { type KeySource, localKeys, RemoteKeys } from './key-source.js';
import { type FoundToken, removeToken } from './token-places.js';

const namespace = 'envoy.filters.http.jwt_authn';

/** One provider at work in one thread. */
export class Provider {
  readonly config: ProviderConfig;
  private readonly stats: BoundStats;
  private readonly keys: KeySource;
  private readonly acceptsSubject: StringPredicate | null;
  private readonly wallSeconds: () => number;
  /** Verified tokens, the one not used longest first; null: none are kept. */
  private readonly cache: Map<string, Jwt> | null;

  constructor(config: ProviderConfig, scope: HttpFilterContext, stats: BoundStats) {
    this.config = config;
    this.stats = stats;
    this.keys =
      'text' in config.keys ? localKeys(config.keys.text) : new RemoteKeys(config.keys, scope, stats);
    this.acceptsSubject = config.subjects === null ? null : buildStringMatcher(config.subjects);
    this.wallSeconds = () => scope.clock.wallMs() / 1000;
    this.cache = config.cache === null ? null : new Map();
  }

  /** Tells what is to be said of a token, perhaps before it returns. Tokens looked for by issuer are not cached. */
  verify(
    token: FoundToken,
    audiences: ReadonlySet<string> | null,
    isByIssuer: boolean,
    tell: (status: string, jwt: Jwt | null) => void,
  ): void {
    const cached = isByIssuer ? null : this.cached(token.text);
    const jwt = cached ?? parseJwt(token.text);
    if (typeof jwt === 'string') {
      tell(jwt, null);
      return;
    }
    const problem = this.claimProblem(jwt, audiences);
    if (problem !== null || cached !== null) {
      tell(problem ?? JwtStatus.ok, jwt);
      return;
    }
    this.keys.get((keys) => {
      if (keys === null) tell(JwtStatus.fetchFailed, jwt);
      else
        verifyJwt(jwt, keys, (status) => {
          if (status === JwtStatus.ok) this.remember(jwt);
          tell(status, jwt);
        });
    });
  }

  /** What a verified token does to its request. */
  accept(token: FoundToken, jwt: Jwt, headers: RequestHeaders, stream: StreamControl): void {
    const { config } = this;
    if (config.payloadHeader !== '') {
      const { payloadText } = jwt;
      const padding = config.padsPayloadHeader ? '='.repeat((4 - (payloadText.length % 4)) % 4) : '';
      headers.add(config.payloadHeader, payloadText + padding);
    }
    for (const { header, path } of config.claimHeaders) {
      const value = claimText(jwt.payload, path);
      if (value !== undefined) headers.add(header, value);
    }
    if (!config.forwards) removeToken(headers, token);
    if (config.payloadInMetadata !== '')
      addDynamicMetadata(stream.info, namespace, {
        [config.payloadInMetadata]: this.normalized(jwt.payload),
      });
    if (config.headerInMetadata !== '')
      addDynamicMetadata(stream.info, namespace, { [config.headerInMetadata]: jwt.header as Plain });
    if (config.clearsRoute) stream.refreshRoute();
  }

  reject(status: string, stream: StreamControl): void {
    const key = this.config.failedStatusInMetadata;
    if (key === '' || status === JwtStatus.missing) return;
    addDynamicMetadata(stream.info, namespace, { [key]: { code: statusCode(status), message: status } });
  }

  private claimProblem(jwt: Jwt, audiences: ReadonlySet<string> | null): string | null {
    const { config } = this;
    if (config.issuer !== '' && jwt.issuer !== config.issuer) return JwtStatus.unknownIssuer;
    if (this.acceptsSubject !== null && !this.acceptsSubject(jwt.subject)) return JwtStatus.verification;
    const now = this.wallSeconds();
    if (jwt.notBefore > 0 && jwt.notBefore > now + config.clockSkewSeconds) return JwtStatus.notYetValid;
    if (jwt.expires > 0 && jwt.expires + config.clockSkewSeconds < now) return JwtStatus.expired;
    if (config.requiresExpiration && jwt.expires === 0) return JwtStatus.verification;
    if (config.maxLifetimeSeconds > 0 && !this.isBriefEnough(jwt)) return JwtStatus.verification;
    const wanted = audiences ?? ownAudiences(config);
    if (wanted.size === 0) return null;
    return jwt.audiences.some((audience) => wanted.has(trimmedAudience(audience)))
      ? null
      : JwtStatus.audience;
  }

  private isBriefEnough(jwt: Jwt): boolean {
    if (jwt.expires === 0) return false;
    return jwt.expires - this.wallSeconds() <= this.config.maxLifetimeSeconds;
  }

  private normalized(payload: Json): Plain {
    const { spaceDelimitedClaims } = this.config;
    if (spaceDelimitedClaims.length === 0) return payload as Plain;
    const changed: { [key: string]: Plain } = { ...(payload as { readonly [key: string]: Plain }) };
    for (const name of spaceDelimitedClaims) {
      const value = changed[name];
      if (typeof value === 'string') changed[name] = value.split(' ').filter((part) => part !== '');
    }
    return changed;
  }

  private cached(text: string): Jwt | null {
    // Without a cache every look is a miss, as in Envoy.
    const found = this.cache?.get(text);
    this.stats.inc(found === undefined ? J.jwt_cache_miss : J.jwt_cache_hit);
    if (found === undefined || this.cache === null) return null;
    this.cache.delete(text);
    this.cache.set(text, found);
    return found;
  }

  private remember(jwt: Jwt): void {
    const limits = this.config.cache;
    if (this.cache === null || limits === null || jwt.text.length > limits.maxTokenBytes) return;
    this.cache.set(jwt.text, jwt);
    if (this.cache.size <= limits.size) return;
    const [oldest] = this.cache.keys();
    if (oldest !== undefined) this.cache.delete(oldest);
  }
}

const audienceSets = new WeakMap<ProviderConfig, ReadonlySet<string>>();

function ownAudiences(config: ProviderConfig): ReadonlySet<string> {
  let set = audienceSets.get(config);
  if (set === undefined) {
    set = new Set(config.audiences);
    audienceSets.set(config, set);
  }
  return set;
}

/** Texts, numbers and truth values as they are, structures as base64 of their JSON. */
function claimText(payload: Json, path: readonly string[]): string | undefined {
  let value: unknown = payload;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Json)[key];
  }
  if (typeof value === 'string') return Buffer.from(value).toString('latin1');
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'object' && value !== null)
    return Buffer.from(JSON.stringify(value)).toString('base64');
  return undefined;
}

const codes: readonly string[] = [
  JwtStatus.ok,
  JwtStatus.missing,
  JwtStatus.notYetValid,
  JwtStatus.expired,
  JwtStatus.badFormat,
  JwtStatus.headerBase64,
  JwtStatus.headerJson,
  JwtStatus.headerAlg,
  JwtStatus.algUnknown,
  JwtStatus.headerKid,
  JwtStatus.payloadBase64,
  JwtStatus.payloadJson,
  'Jwt payload [iss] field is not a string',
  'Jwt payload [sub] field is not a string',
  'Jwt payload [iat] field is not an integer',
  'Jwt payload [iat] field is not a positive 64 bit integer',
  'Jwt payload [nbf] field is not an integer',
  'Jwt payload [nbf] field is not a positive 64 bit integer',
  'Jwt payload [exp] field is not an integer',
  'Jwt payload [exp] field is not a positive 64 bit integer',
  'Jwt payload [jti] field is not a string',
  'Jwt payload [aud] field is not a string or string list',
  JwtStatus.signatureBase64,
  '',
  JwtStatus.unknownIssuer,
  JwtStatus.audience,
  JwtStatus.verification,
  '',
  '',
  '',
  '',
  '',
  JwtStatus.noKey,
];

/** The number that Envoy's library gives a status. */
function statusCode(status: string): number {
  return Math.max(0, codes.indexOf(status));
}
