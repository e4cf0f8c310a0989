/** Frame types (RFC 9113 section 6, RFC 9218) and the extension that Envoy calls METADATA. */
export const FrameType = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
  priorityUpdate: 0x10,
  metadata: 0x4d,
} as const;

export const FrameFlag = {
  endStream: 0x1,
  ack: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
} as const;

/** RFC 9113 section 7. */
export const ErrorCode = {
  noError: 0,
  protocolError: 1,
  internalError: 2,
  flowControlError: 3,
  settingsTimeout: 4,
  streamClosed: 5,
  frameSizeError: 6,
  refusedStream: 7,
  cancel: 8,
  compressionError: 9,
  connectError: 10,
  enhanceYourCalm: 11,
  inadequateSecurity: 12,
  http11Required: 13,
} as const;

/** RFC 9113 section 6.5.2, RFC 8441 section 3, RFC 9218 section 2.1. */
export const SettingId = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
  enableConnectProtocol: 8,
  noRfc7540Priorities: 9,
} as const;

export const frameHeadBytes = 9;
/** What both sides may send in one frame unless they say otherwise. */
export const defaultFrameSize = 16_384;
export const largestFrameSize = 16_777_215;
export const defaultWindow = 65_535;
export const largestWindow = 0x7fff_ffff;

/** What every client connection begins with. */
export const clientPreface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
