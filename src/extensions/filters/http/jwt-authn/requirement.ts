import type { StreamControl } from '../../../../api/http-filter.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import { type RequirementConfig, trimmedAudience } from './config.js';
import { JwtStatus } from './jwt.js';
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
      return lenient([...providers.values()], config.kind);
  }
}

function failed(provider: Provider | null, status: string, { stream }: JwtRequest): string {
  provider?.reject(status, stream);
  return status;
}

/** All tokens of a request have to be good, or a bad one could ride on a good one; the last is looked at first. */
function verifyAll(
  tokens: readonly FoundToken[],
  providerOf: (token: FoundToken) => Provider | null,
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
    if (provider === null) {
      tell(JwtStatus.unknownIssuer);
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
    it.kind === 'allow-missing' || it.kind === 'allow-missing-or-failed'
      ? lenient(siblings.length > 0 ? siblings : [...providers.values()], it.kind)
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

/** Passes requests without tokens; with tokens, those of good ones or all. */
function lenient(
  providers: readonly Provider[],
  kind: 'allow-missing' | 'allow-missing-or-failed',
): Requirement {
  return (request, tell) => {
    const tokens = new Map<string, FoundToken>();
    for (const { config } of providers)
      for (const token of findTokens(request.headers, config.places)) tokens.set(token.text, token);
    const verdictOf = (status: string): string =>
      kind === 'allow-missing-or-failed' ? JwtStatus.ok : status;
    verifyAll(
      [...tokens.values()],
      (token) => ownerOf(token, providers),
      null,
      true,
      request,
      (status) => tell(verdictOf(status)),
    );
  };
}

/** The provider of a token's issuer, else one that takes any. */
function ownerOf(token: FoundToken, providers: readonly Provider[]): Provider | null {
  const issuer = issuerOf(token);
  return (
    providers.find(({ config }) => config.issuer === issuer) ??
    providers.find(({ config }) => config.issuer === '') ??
    null
  );
}

/** The issuer that a token names, for choosing who verifies it; nothing is believed. */
function issuerOf({ text }: FoundToken): string {
  try {
    const payload: unknown = JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString());
    return typeof payload === 'object' && payload !== null && 'iss' in payload ? String(payload.iss) : '';
  } catch {
    return '';
  }
}
