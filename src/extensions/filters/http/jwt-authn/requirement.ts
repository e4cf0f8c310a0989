import type { StreamControl } from '../../../../api/http-filter.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import { type RequirementConfig, type TokenPlaceConfig, trimmedAudience } from './config.js';
import { JwtStatus, parseJwt } from './jwt.js';
import type { Provider } from './provider.js';
import { type FoundToken, findTokens } from './token-places.js';

/** One request before the filter. */
export interface JwtRequest {
  readonly headers: RequestHeaders;
  readonly stream: StreamControl;
}

/** Tells what a requirement says of a request, perhaps before it returns: `OK`, or why not. */
export type Requirement = (request: JwtRequest, tell: (status: string) => void) => void;

export type Providers = ReadonlyMap<string, Provider>;

/** Null: everything passes. */
export function buildRequirement(config: RequirementConfig, providers: Providers): Requirement | null {
  switch (config.kind) {
    case 'none':
      return null;
    case 'provider': {
      const provider = providers.get(config.provider);
      if (provider === undefined) throw new Error(`no provider ${config.provider}`);
      const audiences = config.audiences === null ? null : new Set(config.audiences.map(trimmedAudience));
      return (request, tell) => {
        const tokens = findTokens(request.headers, provider.config.places);
        if (tokens.length === 0) tell(failed(provider, JwtStatus.missing, request));
        else verifyAll(tokens, () => provider, audiences, false, request, tell);
      };
    }
    case 'any':
      return anyOf(config.requirements, providers);
    case 'all':
      return allOf(config.requirements.map((it) => buildRequirement(it, providers)));
    default:
      return lenient([...providers.values()], config);
  }
}

function failed(provider: Provider | null, status: string, { stream }: JwtRequest): string {
  provider?.reject(status, stream);
  return status;
}

/** All tokens of a request have to be good, or a bad one could ride on a good one; the last is looked at first. */
function verifyAll(
  tokens: readonly FoundToken[],
  providerOf: (token: FoundToken) => Provider | string,
  audiences: ReadonlySet<string> | null,
  isByIssuer: boolean,
  request: JwtRequest,
  tell: (status: string) => void,
): void {
  const tryNext = (at: number): void => {
    const token = tokens[tokens.length - 1 - at];
    if (token === undefined) {
      tell(JwtStatus.ok);
      return;
    }
    const provider = providerOf(token);
    if (typeof provider === 'string') {
      tell(provider);
      return;
    }
    provider.verify(token, audiences, isByIssuer, (status, jwt) => {
      if (status !== JwtStatus.ok || jwt === null) {
        tell(failed(provider, status, request));
        return;
      }
      provider.accept(token, jwt, request.headers, request.stream);
      tryNext(at + 1);
    });
  };
  tryNext(0);
}

/** Bad tokens are passed over; tells what became of the one that was looked at last. */
function verifyEach(
  tokens: readonly FoundToken[],
  providerOf: (token: FoundToken) => Provider | string,
  request: JwtRequest,
  tell: (status: string) => void,
): void {
  const tryNext = (at: number, last: string): void => {
    const token = tokens[tokens.length - 1 - at];
    if (token === undefined) tell(last);
    else verifyAll([token], providerOf, null, true, request, (status) => tryNext(at + 1, status));
  };
  tryNext(0, JwtStatus.ok);
}

function allOf(requirements: readonly (Requirement | null)[]): Requirement {
  const live = requirements.filter((it) => it !== null);
  return (request, tell) => {
    const tryNext = (at: number): void => {
      const next = live[at];
      if (next === undefined) tell(JwtStatus.ok);
      else next(request, (status) => (status === JwtStatus.ok ? tryNext(at + 1) : tell(status)));
    };
    tryNext(0);
  };
}

/** What is wrong with a token says more than that another is missing. */
function weightOf(status: string): number {
  return status === JwtStatus.missing ? 0 : status === JwtStatus.unknownIssuer ? 1 : 2;
}

function anyOf(configs: readonly RequirementConfig[], providers: Providers): Requirement {
  const named = configs.flatMap((it) => (it.kind === 'provider' ? [providers.get(it.provider)] : []));
  const siblings = named.filter((it) => it !== undefined);
  const live = configs.map((it) =>
    isLenient(it)
      ? lenient(siblings.length > 0 && it.kind !== 'extract-only' ? siblings : [...providers.values()], it)
      : buildRequirement(it, providers),
  );
  return (request, tell) => {
    let worst: string = JwtStatus.missing;
    const tryNext = (at: number): void => {
      const next = live[at];
      if (next === undefined) tell(worst);
      else if (next === null) tell(JwtStatus.ok);
      else
        next(request, (status) => {
          if (status === JwtStatus.ok) {
            tell(status);
            return;
          }
          if (weightOf(status) >= weightOf(worst)) worst = status;
          tryNext(at + 1);
        });
    };
    tryNext(0);
  };
}

type LenientConfig = Exclude<
  RequirementConfig,
  { readonly kind: 'none' | 'provider' } | { readonly kind: 'any' | 'all' }
>;

function isLenient(config: RequirementConfig): config is LenientConfig {
  return (
    config.kind === 'allow-missing' ||
    config.kind === 'allow-missing-or-failed' ||
    config.kind === 'extract-only'
  );
}

/** Passes requests without tokens; with tokens, those of good ones or all. */
function lenient(providers: readonly Provider[], config: LenientConfig): Requirement {
  const passesBad = config.kind !== 'allow-missing';
  return (request, tell) => {
    const tokens = new Map<string, FoundToken>();
    for (const { config } of providers)
      for (const token of findTokens(request.headers, config.places))
        tokens.set(`${placeKey(token.place)} ${token.text}`, token);
    const owner = (token: FoundToken): Provider | string => {
      const jwt = parseJwt(token.text);
      if (typeof jwt === 'string') return jwt;
      return ownerOf(jwt.issuer, token, providers) ?? JwtStatus.unknownIssuer;
    };
    const found = [...tokens.values()];
    if (!passesBad) {
      verifyAll(found, owner, null, true, request, tell);
      return;
    }
    verifyEach(found, owner, request, (status) => {
      if (config.kind === 'extract-only' && status !== JwtStatus.ok) {
        request.headers.remove(config.header);
        request.headers.add(config.header, 'false');
      }
      tell(JwtStatus.ok);
    });
  };
}

/** The provider of a token's issuer, else one that takes any; of those that look where the token was. */
function ownerOf(issuer: string, { place }: FoundToken, providers: readonly Provider[]): Provider | null {
  const looking = providers.filter(({ config }) => config.places.some((it) => isSamePlace(it, place)));
  return (
    looking.find(({ config }) => config.issuer === issuer) ??
    looking.find(({ config }) => config.issuer === '') ??
    null
  );
}

function isSamePlace(place: TokenPlaceConfig, other: TokenPlaceConfig): boolean {
  return placeKey(place) === placeKey(other);
}

function placeKey(place: TokenPlaceConfig): string {
  return `${place.kind} ${place.name} ${place.kind === 'header' ? place.prefix : ''}`;
}
