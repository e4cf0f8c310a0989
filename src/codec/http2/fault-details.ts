import type { StreamResetReason } from '../../api/codec.js';
import { ErrorCode } from './frame/frame-codes.js';

/** A field that may not be there, or not like that. */
export const invalidField = 'http2.invalid.header.field';

/** Details of a fault that has none of its own. */
export function defaultDetails(code: number): string {
  return code === ErrorCode.flowControlError ? 'http2.flow_control' : 'http2.protocol_error';
}

/** How Envoy names what a peer resets a stream with. */
export function resetReason(code: number): StreamResetReason {
  if (code === ErrorCode.refusedStream) return 'remote-refused-stream';
  if (code === ErrorCode.connectError) return 'connect-error';
  return code === ErrorCode.protocolError ? 'protocol-error' : 'remote-reset';
}
