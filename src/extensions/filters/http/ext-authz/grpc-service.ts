import type { HttpFilterContext } from '../../../../api/http-filter.js';
import type { Cancellable } from '../../../../api/upstream.js';
import { isPlainObject } from '../../../../base/plain-path.js';
import { encodeHttpCheck } from '../../../../codec/authz/check-request.js';
import {
  type AnsweredHeader,
  type AnsweredRequest,
  type AnsweredResponse,
  decodeCheckAnswer,
} from '../../../../codec/authz/check-response.js';
import type { StringPredicate } from '../../../../match/string-matcher.js';
import { CheckedPeers, namespacesOf } from '../../../../network/checked-peers.js';
import { GrpcMethod, type GrpcServiceConfig } from '../../../../upstream/grpc-service.js';
import type { ExtAuthzConfig, GrpcTelling } from './config.js';
import { anyOf } from './patterns.js';
import {
  type AuthzService,
  type Changes,
  type Field,
  failure,
  type HeaderChange,
  partialHeader,
  type Question,
  type Refusal,
  type Verdict,
} from './verdict.js';

const checkPath = '/envoy.service.auth.v3.Authorization/Check';
const noBytes = Buffer.alloc(0);

/** An authorization service that speaks gRPC: it is told the request with its connection. */
export class GrpcAuthzService implements AuthzService {
  private readonly method: GrpcMethod;
  private readonly telling: GrpcTelling;
  private readonly packsBytes: boolean;
  private readonly peers: CheckedPeers;
  private readonly isTold: StringPredicate;

  constructor(
    service: GrpcServiceConfig,
    config: ExtAuthzConfig,
    packsBytes: boolean,
    scope: HttpFilterContext,
  ) {
    this.method = new GrpcMethod(service, checkPath, scope);
    this.telling = config.telling;
    this.packsBytes = packsBytes;
    this.peers = new CheckedPeers(config.telling, scope.node.metadata);
    const allowed = config.allowedHeaders === null ? () => true : anyOf(config.allowedHeaders);
    const disallowed = anyOf(config.disallowedHeaders);
    this.isTold = (name) => allowed(name) && !disallowed(name);
  }

  ask(question: Question, give: (verdict: Verdict) => void): Cancellable | null {
    const call = this.method.unary(this.encode(question), question.context.info, {
      onReply: (reply) => give(verdictOf(reply)),
      onFailure: () => give(failure),
    });
    return call.isDone ? null : call;
  }

  private encode(question: Question): Buffer {
    const { telling } = this;
    const { headers, body, context, routeMetadata, extensions } = question;
    const { info } = context;
    const { connection } = info;
    const onRoute = isPlainObject(routeMetadata) ? new Map(Object.entries(routeMetadata)) : null;
    return encodeHttpCheck({
      source: this.peers.source(connection, headers.get('x-envoy-downstream-service-cluster')),
      destination: this.peers.destination(connection),
      wallMs: info.startWallMs,
      id: String(info.id),
      method: headers.method,
      path: headers.path,
      host: headers.authority,
      scheme: headers.scheme,
      protocol: info.protocol,
      size: info.bytesReceived,
      headers: this.toldHeaders(question),
      areHeadersRaw: telling.encodesRaw,
      body: body?.bytes ?? noBytes,
      isBodyRaw: this.packsBytes,
      extensions,
      metadata: namespacesOf(info.dynamicMetadata, telling.namespaces),
      routeMetadata: namespacesOf(onRoute, telling.routeNamespaces),
      serverName: telling.tellsTlsSession ? (connection.tls?.serverName ?? '') : null,
    });
  }

  private toldHeaders({ headers, body }: Question): readonly Field[] {
    const told: Field[] = [];
    for (const name of pseudoHeaders) {
      const value = headers.pseudo(name);
      if (value !== undefined && this.isTold(name)) told.push([name, value]);
    }
    const { names, values } = headers;
    const { encodesRaw } = this.telling;
    names.forEach((name, i) => {
      if (name === partialHeader || !this.isTold(name)) return;
      if (encodesRaw) told.push([name, values[i] as string]);
      else if (headers.indexOf(name) === i) told.push([name, headers.joined(name) ?? '']);
    });
    if (body !== null) told.push([partialHeader, String(body.isPartial)]);
    return told;
  }
}

const pseudoHeaders = [':authority', ':path', ':method', ':scheme'] as const;

function verdictOf(reply: Buffer): Verdict {
  const answer = decodeCheckAnswer(reply);
  if (answer === null) return failure;
  const { kind, metadata, request, response } = answer;
  if (kind === 'error') return { kind, refusal: response === null ? null : refusalOf(response, 0) };
  if (kind === 'denied') return { kind, refusal: refusalOf(response ?? nothing, 403), metadata };
  return { kind, changes: request === null ? noChanges : changesOf(request), metadata };
}

const nothing: AnsweredResponse = { status: 0, headers: [], body: noBytes };
const noChanges: Changes = {
  set: [],
  append: [],
  add: [],
  remove: [],
  toClient: [],
  setQuery: [],
  removeQuery: [],
};

/** Headers that are to be appended to others are dropped: there are none yet. */
function refusalOf({ status, headers, body }: AnsweredResponse, otherwise: number): Refusal {
  const set = headers.filter(({ append }) => append !== true);
  return { status: status === 0 ? otherwise : status, body, headers: set.map(fieldOf) };
}

function changesOf({ headers, remove, responseHeaders, setQuery, removeQuery }: AnsweredRequest): Changes {
  return {
    set: headers.filter(({ append }) => append !== true).map(fieldOf),
    append: headers.filter(({ append }) => append === true).map(fieldOf),
    add: [],
    remove,
    toClient: inOrder.flatMap((wanted) =>
      responseHeaders.map(changeOf).filter(({ action }) => action === wanted),
    ),
    setQuery,
    removeQuery,
  };
}

const fieldOf = ({ name, value }: AnsweredHeader): Field => [name, value];

const inOrder = ['append', 'overwrite-or-add', 'add-if-absent', 'overwrite-if-exists'] as const;
/** By their numbers in `HeaderAppendAction`. */
const actions = ['append', 'add-if-absent', 'overwrite-or-add', 'overwrite-if-exists'] as const;

function changeOf({ name, value, append, action }: AnsweredHeader): HeaderChange {
  const byNumber = actions[action] ?? 'append';
  return { name, value, action: append === null ? byNumber : append ? 'append' : 'overwrite-or-add' };
}
