import type { HttpFilterContext } from '../../../../api/http-filter.js';
import type { LogContext } from '../../../../api/stream-info.js';
import type { Cancellable } from '../../../../api/upstream.js';
import { type HeaderMap, RequestHeaders } from '../../../../base/header-map.js';
import { buildStringMatcher, type StringPredicate } from '../../../../match/string-matcher.js';
import { HeaderRules } from '../../../../route/header-mutations.js';
import { AsyncClient, type AsyncResponse } from '../../../../upstream/async-client.js';
import type { ExtAuthzConfig } from './config.js';
import type { HttpServiceConfig, Patterns } from './service-config.js';

type Field = readonly [name: string, value: string];

/** What the service has said of a request. */
export type Verdict =
  | { readonly kind: 'error' }
  | {
      readonly kind: 'ok';
      readonly set: readonly Field[];
      readonly append: readonly Field[];
      readonly remove: readonly string[];
      readonly toClient: readonly Field[];
      readonly metadata: readonly Field[];
    }
  | {
      readonly kind: 'denied';
      readonly status: number;
      readonly body: Buffer;
      readonly headers: readonly Field[];
      readonly metadata: readonly Field[];
    };

const error: Verdict = { kind: 'error' };
const removalsHeader = 'x-envoy-auth-headers-to-remove';
const partialHeader = 'x-envoy-auth-partial-body';
const maxAnswerBytes = 1024 * 1024;

/** What the service is always told besides. */
const alwaysTold = new Set(['authorization', ':method', ':path', ':authority', 'host']);
/** What clients are always told of a refusal. */
const alwaysToClient = new Set([':status', 'content-length', 'www-authenticate', 'location']);

/** Body of a request as the service gets it. */
export interface ToldBody {
  readonly bytes: Buffer;
  readonly isPartial: boolean;
}

/** An authorization service that speaks plain HTTP. */
export class HttpService {
  private readonly config: HttpServiceConfig;
  private readonly client: AsyncClient;
  private readonly isTold: StringPredicate;
  private readonly additions: HeaderRules;
  private readonly toUpstream: StringPredicate;
  private readonly toUpstreamAppended: StringPredicate;
  private readonly toClient: StringPredicate;
  private readonly toClientOnSuccess: StringPredicate;
  private readonly toMetadata: StringPredicate;

  constructor(config: HttpServiceConfig, filter: ExtAuthzConfig, scope: HttpFilterContext) {
    this.config = config;
    this.client = new AsyncClient(scope);
    const allowed = anyOf(filter.allowedHeaders ?? config.allowedHeaders);
    const disallowed = anyOf(filter.disallowedHeaders);
    this.isTold = (name) => (alwaysTold.has(name) || allowed(name)) && !disallowed(name);
    this.additions = new HeaderRules({ remove: [], add: config.headersToAdd });
    this.toUpstream = anyOf(config.toUpstream);
    this.toUpstreamAppended = anyOf(config.toUpstreamAppended);
    this.toClientOnSuccess = anyOf(config.toClientOnSuccess);
    this.toMetadata = anyOf(config.toMetadata);
    const toClient = anyOf(config.toClient);
    this.toClient =
      config.toClient.length === 0
        ? (name) => name !== 'host'
        : (name) => alwaysToClient.has(name) || toClient(name);
  }

  /** Answers a handle to take the question back with, or null when the verdict has been given already. */
  ask(
    headers: RequestHeaders,
    body: ToldBody | null,
    context: LogContext,
    give: (verdict: Verdict) => void,
  ): Cancellable | null {
    const { cluster, timeoutMs } = this.config;
    const request = {
      headers: this.question(headers, body, context),
      body: body === null || body.bytes.length === 0 ? null : body.bytes,
      timeoutMs,
      limitBytes: maxAnswerBytes,
      hidesAddress: true,
    };
    return this.client.send(cluster, request, {
      onResponse: (response) => give(this.verdict(response)),
      onFailure: () => give(error),
    });
  }

  private question(headers: RequestHeaders, body: ToldBody | null, context: LogContext): RequestHeaders {
    const { pathPrefix, pathOverride } = this.config;
    const asked = new RequestHeaders();
    asked.method = headers.method;
    asked.authority = headers.authority;
    asked.scheme = headers.scheme;
    asked.path = pathOverride === '' ? `${pathPrefix}${headers.path}` : pathOverride;
    asked.add('content-length', String(body?.bytes.length ?? 0));
    const { names } = headers;
    for (const name of names) {
      if (name === 'content-length' || asked.has(name) || !this.isTold(name)) continue;
      asked.add(name, headers.joined(name) ?? '');
    }
    if (body !== null) asked.replace(partialHeader, String(body.isPartial));
    this.additions.apply(asked, context);
    return asked;
  }

  private verdict({ headers, body }: AsyncResponse): Verdict {
    const { status } = headers;
    if (status >= 500) return error;
    const metadata = pick(headers, this.toMetadata);
    if (status !== 200) {
      headers.remove(removalsHeader);
      return { kind: 'denied', status, body, headers: pick(headers, this.toClient), metadata };
    }
    const removals = headers.getAll(removalsHeader).flatMap((value) => value.split(','));
    headers.remove(removalsHeader);
    return {
      kind: 'ok',
      set: pick(headers, this.toUpstream),
      append: pick(headers, this.toUpstreamAppended),
      remove: removals.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''),
      toClient: pick(headers, this.toClientOnSuccess),
      metadata,
    };
  }
}

function pick(headers: HeaderMap, wants: StringPredicate): readonly Field[] {
  const found: Field[] = [];
  headers.names.forEach((name, i) => {
    if (wants(name)) found.push([name, headers.values[i] as string]);
  });
  return found;
}

function anyOf(patterns: Patterns): StringPredicate {
  const predicates = patterns.map(buildStringMatcher);
  return (text) => predicates.some((matches) => matches(text));
}
