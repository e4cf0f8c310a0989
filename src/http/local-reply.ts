import type { LocalReplyOptions } from '../api/http-filter.js';
import { type RequestHeaders, ResponseHeaders } from '../base/header-map.js';

/** A local reply ready for the filters: its head, and the text that follows it. */
export interface LocalReply {
  readonly headers: ResponseHeaders;
  readonly body: string;
}

const plainText = 'text/plain';

/** gRPC status that stands for an HTTP status (contract of the gRPC project's HTTP mapping). */
function grpcStatusOf(status: number): number {
  switch (status) {
    case 400:
      return 13;
    case 401:
      return 16;
    case 403:
      return 7;
    case 404:
      return 12;
    case 429:
    case 502:
    case 503:
    case 504:
      return 14;
    default:
      return 2;
  }
}

/** Renders an answer of the proxy itself: plain for HTTP, trailers-only for gRPC requests. */
export function localReplyHeaders(
  status: number,
  body: string,
  options: LocalReplyOptions,
  request: RequestHeaders | null,
): LocalReply {
  if (request !== null && isGrpc(request)) return grpcReply(status, body, options);
  const headers = new ResponseHeaders(status);
  if (options.headers !== undefined) for (const [name, value] of options.headers) headers.add(name, value);
  options.modify?.(headers);
  if (body === '') {
    headers.remove('content-type');
    headers.remove('content-length');
  } else {
    const { contentType } = options;
    if (contentType !== undefined && contentType !== plainText) headers.set('content-type', contentType);
    headers.set('content-length', String(Buffer.byteLength(body)));
    if (!headers.has('content-type')) headers.add('content-type', plainText);
  }
  return { headers, body: request?.method === 'HEAD' ? '' : body };
}

function grpcReply(status: number, body: string, options: LocalReplyOptions): LocalReply {
  const headers = new ResponseHeaders(200);
  if (options.headers !== undefined) for (const [name, value] of options.headers) headers.add(name, value);
  options.modify?.(headers);
  headers.set('content-type', 'application/grpc');
  headers.set('grpc-status', String(options.grpcStatus ?? grpcStatusOf(status)));
  if (body !== '') headers.set('grpc-message', percentEncode(body));
  return { headers, body: '' };
}

export function isGrpc(headers: RequestHeaders): boolean {
  const type = headers.get('content-type');
  return type?.startsWith('application/grpc') === true && (type.length === 16 || type[16] === '+');
}

/** The gRPC message encoding: everything outside printable ASCII, and `%`, as `%XX`. */
function percentEncode(text: string): string {
  let out = '';
  for (const byte of Buffer.from(text)) {
    if (byte >= 0x20 && byte <= 0x7e && byte !== 0x25) out += String.fromCharCode(byte);
    else out += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
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
