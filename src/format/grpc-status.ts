import type { LogContext } from '../api/stream-info.js';

/** Names of the gRPC status codes 0…16 in both spellings of `%GRPC_STATUS%`. */
export const grpcStatusNames: readonly (readonly [camel: string, snake: string])[] = [
  ['OK', 'OK'],
  ['Canceled', 'CANCELLED'],
  ['Unknown', 'UNKNOWN'],
  ['InvalidArgument', 'INVALID_ARGUMENT'],
  ['DeadlineExceeded', 'DEADLINE_EXCEEDED'],
  ['NotFound', 'NOT_FOUND'],
  ['AlreadyExists', 'ALREADY_EXISTS'],
  ['PermissionDenied', 'PERMISSION_DENIED'],
  ['ResourceExhausted', 'RESOURCE_EXHAUSTED'],
  ['FailedPrecondition', 'FAILED_PRECONDITION'],
  ['Aborted', 'ABORTED'],
  ['OutOfRange', 'OUT_OF_RANGE'],
  ['Unimplemented', 'UNIMPLEMENTED'],
  ['Internal', 'INTERNAL'],
  ['Unavailable', 'UNAVAILABLE'],
  ['DataLoss', 'DATA_LOSS'],
  ['Unauthenticated', 'UNAUTHENTICATED'],
];

const fromHttp: { readonly [status: number]: number } = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
};

/** The status that a gRPC client reads into an HTTP status (grpc/doc/http-grpc-status-mapping.md). */
export function grpcStatusOfHttp(status: number): number {
  return fromHttp[status] ?? 2;
}

/** HTTP statuses of the gRPC ones, by their numbers (google.rpc.Code). */
const toHttp: readonly number[] = [
  200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401,
];

/** The HTTP status that says the same as the text of a `grpc-status`. */
export function httpStatusOfGrpc(text: string): number {
  return (/^[0-9]{1,3}$/.test(text) ? toHttp[Number(text)] : undefined) ?? 500;
}

/** From trailers, else headers, else read into the HTTP status; NaN when there is no response, -1 for no number. */
export function grpcStatusOf(context: LogContext): number {
  const text = context.responseTrailers?.get('grpc-status') ?? context.responseHeaders?.get('grpc-status');
  if (text !== undefined && text !== '') return /^[0-9]{1,10}$/.test(text) ? Number(text) : -1;
  const { responseCode } = context.info;
  return responseCode === 0 ? Number.NaN : grpcStatusOfHttp(responseCode);
}

/** Whether a content type is gRPC's: `application/grpc` or `application/grpc+…`. */
export function isGrpcContentType(contentType: string | undefined): boolean {
  if (contentType === undefined || !contentType.startsWith('application/grpc')) return false;
  return contentType.length === 16 || contentType.charCodeAt(16) === 43;
}
