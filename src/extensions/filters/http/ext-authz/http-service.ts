import type { HttpFilterContext } from '../../../../api/http-filter.js';
import type { Cancellable } from '../../../../api/upstream.js';
import { type HeaderMap, RequestHeaders } from '../../../../base/header-map.js';
import type { StringPredicate } from '../../../../match/string-matcher.js';
import { HeaderRules } from '../../../../route/header-mutations.js';
import { AsyncClient, type AsyncResponse } from '../../../../upstream/async-client.js';
import type { ExtAuthzConfig } from './config.js';
import { anyOf } from './patterns.js';
import type { HttpServiceConfig } from './service-config.js';
import {
  type AuthzService,
  type Changes,
  type Field,
  failure,
  partialHeader,
  type Question,
  type Verdict,
} from './verdict.js';

const removalsHeader = 'x-envoy-auth-headers-to-remove';
const maxAnswerBytes = 1024 * 1024;

/** What the service is always told besides. */
const alwaysTold = new Set(['authorization', ':method', ':path', ':authority', 'host']);
/** What clients are always told of a refusal. */
const alwaysToClient = new Set([':status', 'content-length', 'www-authenticate', 'location']);

/** An authorization service that speaks plain HTTP. */
export class HttpService implements AuthzService {
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

  ask(question: Question, give: (verdict: Verdict) => void): Cancellable | null {
    const { cluster, retryPolicy, timeoutMs } = this.config;
    const { body } = question;
    const request = {
      headers: this.headersOf(question),
      body: body === null || body.bytes.length === 0 ? null : body.bytes,
      timeoutMs,
      retryPolicy,
      limitBytes: maxAnswerBytes,
      hidesAddress: true,
    };
    return this.client.send(cluster, request, {
      onResponse: (response) => give(this.verdict(response)),
      onFailure: () => give(failure),
    });
  }

  private headersOf({ headers, body, context }: Question): RequestHeaders {
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
    if (status >= 500) return failure;
    const metadata = Object.fromEntries(pick(headers, this.toMetadata));
    if (status !== 200) {
      headers.remove(removalsHeader);
      const refusal = { status, body, headers: pick(headers, this.toClient) };
      return { kind: 'denied', refusal, metadata };
    }
    const removals = headers.getAll(removalsHeader).flatMap((value) => value.split(','));
    headers.remove(removalsHeader);
    const changes: Changes = {
      set: pick(headers, this.toUpstream),
      append: [],
      add: pick(headers, this.toUpstreamAppended),
      remove: removals.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''),
      toClient: pick(headers, this.toClientOnSuccess).map(([name, value]) => ({
        name,
        value,
        action: 'append',
      })),
      setQuery: [],
      removeQuery: [],
    };
    return { kind: 'ok', changes, metadata };
  }
}

function pick(headers: HeaderMap, wants: StringPredicate): readonly Field[] {
  const found: Field[] = [];
  headers.names.forEach((name, i) => {
    if (wants(name)) found.push([name, headers.values[i] as string]);
  });
  return found;
}
