import type { LocalReplyOptions } from '../api/http-filter.js';
import type { RouteMatch } from '../api/route.js';
import type { LogContext } from '../api/stream-info.js';
import { type RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import { encodeGrpcMessage } from '../codec/grpc/grpc-message.js';
import { grpcStatusOfHttp, isGrpcContentType } from '../format/grpc-status.js';
import type { LocalReplyRules, ReplyDraft } from './local-reply-rules.js';

/** A local reply ready for the filters: its head, and the text that follows it. */
export interface LocalReply {
  readonly headers: ResponseHeaders;
  readonly body: string;
}

const plainText = 'text/plain';

/** The stream that is answered; it takes the reply's head for the one that formats see. */
export interface RepliedStream extends LogContext {
  readonly requestHeaders: RequestHeaders | null;
  responseHeaders: ResponseHeaders | null;
}

/** Renders an answer of the proxy itself: plain for HTTP, trailers-only for gRPC requests. */
export function localReplyHeaders(
  status: number,
  body: string,
  options: LocalReplyOptions,
  stream: RepliedStream,
  rules: LocalReplyRules | null,
): LocalReply {
  const headers = new ResponseHeaders(status);
  if (options.headers !== undefined) for (const [name, value] of options.headers) headers.add(name, value);
  options.modify?.(headers);
  const { contentType = plainText } = options;
  if (contentType !== plainText) headers.set('content-type', contentType);
  const draft: ReplyDraft = { status, body, contentType: plainText };
  const ownType = headers.get('content-type');
  if (rules !== null) {
    stream.responseHeaders = headers;
    rules.rewrite(draft, headers, stream);
    headers.status = draft.status;
  }
  const request = stream.requestHeaders;
  if (stream.info.isGrpcRequest) return grpcReply(headers, draft, options);
  if (draft.body === '') {
    headers.remove('content-type');
    headers.remove('content-length');
  } else {
    const hasNewType = headers.get('content-type') !== ownType;
    headers.set('content-length', String(Buffer.byteLength(draft.body)));
    if (!headers.has('content-type') || (!hasNewType && draft.contentType !== plainText))
      headers.set('content-type', draft.contentType);
  }
  return { headers, body: request?.method === 'HEAD' ? '' : draft.body };
}

function grpcReply(headers: ResponseHeaders, draft: ReplyDraft, options: LocalReplyOptions): LocalReply {
  headers.status = 200;
  headers.set('content-type', 'application/grpc');
  if (!headers.has('grpc-status'))
    headers.set('grpc-status', String(options.grpcStatus ?? grpcStatusOfHttp(draft.status)));
  if (draft.body !== '') headers.set('grpc-message', encodeGrpcMessage(draft.body));
  headers.remove('content-length');
  return { headers, body: '' };
}

/** Answers of the proxy get the response headers of a route to a cluster too, once there is one. */
export function withRouteMutations(
  options: LocalReplyOptions,
  route: RouteMatch | null,
  context: LogContext,
): LocalReplyOptions {
  if (options.hasRouteHeaders === true || route === null || route.action.kind !== 'route') return options;
  if (!route.hasResponseMutations) return options;
  const { modify } = options;
  return {
    ...options,
    modify: (headers) => {
      route.mutateResponseHeaders(headers, context, null);
      modify?.(headers);
    },
  };
}

export function isGrpc(headers: RequestHeaders): boolean {
  return isGrpcContentType(headers.get('content-type'));
}

/** A stream that lasted too long tells gRPC clients that the deadline passed (status 4). */
export function deadlineStatus(details: string): { readonly grpcStatus?: number } {
  return details === 'max_duration_timeout' ? { grpcStatus: 4 } : {};
}

const statusTexts: { readonly [status: number]: string } = {
  400: 'Bad Request',
  403: 'Forbidden',
  426: 'Upgrade Required',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
};

/** The body of the answer to bytes that the codec refused. */
export function refusalText(status: number): string {
  return statusTexts[status] ?? 'Bad Request';
}
