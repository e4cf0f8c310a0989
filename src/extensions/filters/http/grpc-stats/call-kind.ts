import type { RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import { isGrpcContentType } from '../../../../format/grpc-status.js';

/** What protocol a request speaks. */
export const CallKind = { none: 0, grpc: 1, connectUnary: 2, connectStreaming: 3 } as const;
export type CallKind = (typeof CallKind)[keyof typeof CallKind];

export function callKindOf(headers: RequestHeaders): CallKind {
  const type = headers.get('content-type');
  if (isGrpcContentType(type)) return CallKind.grpc;
  if (type?.startsWith('application/connect+') === true) return CallKind.connectStreaming;
  return headers.has('connect-protocol-version') ? CallKind.connectUnary : CallKind.none;
}

/** A response of headers alone needs a status; any other the content type. */
export function isGrpcResponse(headers: ResponseHeaders, endStream: boolean): boolean {
  if (endStream) return headers.has('grpc-status');
  return headers.status === 200 && isGrpcContentType(headers.get('content-type'));
}
