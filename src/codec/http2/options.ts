import type { ConfigNode } from '../../api/config-node.js';

/** PINGs that find dead connections. Milliseconds; 0 = off. */
export type KeepaliveOptions = {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly jitterPercent: number;
  readonly idleIntervalMs: number;
};

/** `Http2ProtocolOptions`, for both sides of the proxy. */
export type Http2Options = {
  readonly hpackTableSize: number;
  readonly maxConcurrentStreams: number;
  readonly streamWindow: number;
  readonly connectionWindow: number;
  readonly allowConnect: boolean;
  readonly maxOutboundFrames: number;
  readonly maxOutboundControlFrames: number;
  readonly maxConsecutiveEmptyFrames: number;
  readonly maxPriorityFramesPerStream: number;
  readonly maxWindowUpdatesPerDataFrame: number;
  /** A message that breaks HTTP's rules costs its stream; otherwise its connection. */
  readonly isInvalidMessageStreamError: boolean;
  readonly customSettings: readonly (readonly [id: number, value: number])[];
  readonly keepalive: KeepaliveOptions | null;
  readonly usesHuffman: boolean;
};

const mebibyte = 1024 * 1024;

/** Reads `Http2ProtocolOptions`; all defaults without one. `isInvalidMessageStreamError` is the surrounding default. */
export function parseHttp2Options(
  node: ConfigNode | undefined,
  isInvalidMessageStreamError = false,
): Http2Options {
  if (node === undefined) return { ...defaultHttp2Options, isInvalidMessageStreamError };
  node.noEffect('use_oghttp2_codec', 'the codec is the proxy’s own');
  node.noEffect('disallow_obs_text', 'Envoy passes such bytes on all the same');
  if (node.bool('allow_metadata'))
    node.unsupportedValue('allow_metadata', 'true', 'METADATA frames are ignored');
  node.noEffect('max_metadata_size', 'METADATA frames are ignored');
  node.noEffect('max_header_field_size_kb', 'a field may be as large as its head');
  node.noEffect('stream_reset_burst', 'connections that reset too many streams are closed');
  node.noEffect('stream_reset_rate', 'connections that reset too many streams are closed');
  checkCustomSettings(node);
  return {
    hpackTableSize: node.number('hpack_table_size', defaultHttp2Options.hpackTableSize),
    maxConcurrentStreams: node.number('max_concurrent_streams', defaultHttp2Options.maxConcurrentStreams),
    streamWindow: node.number('initial_stream_window_size', defaultHttp2Options.streamWindow),
    connectionWindow: node.number('initial_connection_window_size', defaultHttp2Options.connectionWindow),
    allowConnect: node.bool('allow_connect'),
    ...parseFloodLimits(node),
    isInvalidMessageStreamError: parseStreamError(node, isInvalidMessageStreamError),
    customSettings: node
      .list('custom_settings_parameters')
      .map((entry) => [entry.number('identifier', 0), entry.number('value', 0)] as const),
    keepalive: parseKeepalive(node.message('connection_keepalive')),
    usesHuffman: node.bool('enable_huffman_encoding', true),
  };
}

export const defaultHttp2Options: Http2Options = {
  hpackTableSize: 4096,
  maxConcurrentStreams: 1024,
  streamWindow: 16 * mebibyte,
  connectionWindow: 24 * mebibyte,
  allowConnect: false,
  maxOutboundFrames: 10_000,
  maxOutboundControlFrames: 1000,
  maxConsecutiveEmptyFrames: 1,
  maxPriorityFramesPerStream: 100,
  maxWindowUpdatesPerDataFrame: 10,
  isInvalidMessageStreamError: false,
  customSettings: [],
  keepalive: null,
  usesHuffman: true,
};

/** Named fields and custom parameters may not say the same thing twice, nor what is not theirs to say. */
function checkCustomSettings(node: ConfigNode): void {
  const seen = new Map<number, number>();
  for (const entry of node.list('custom_settings_parameters')) {
    const id = entry.number('identifier', 0);
    const value = entry.number('value', 0);
    const named = namedSettings.get(id);
    if (named !== undefined && (named === '' || node.has(named))) {
      entry.error(`setting ${id} cannot be a custom parameter here`, 'identifier');
    } else if (seen.has(id) && seen.get(id) !== value) {
      entry.error(`setting ${id} has two values`, 'identifier');
    }
    seen.set(id, value);
  }
}

/** Settings with a field of their own; empty: not configurable, or by its field alone. */
const namedSettings: ReadonlyMap<number, string> = new Map([
  [1, 'hpack_table_size'],
  [2, ''],
  [3, 'max_concurrent_streams'],
  [4, 'initial_stream_window_size'],
  [8, ''],
]);

function parseFloodLimits(
  node: ConfigNode,
): Pick<
  Http2Options,
  | 'maxOutboundFrames'
  | 'maxOutboundControlFrames'
  | 'maxConsecutiveEmptyFrames'
  | 'maxPriorityFramesPerStream'
  | 'maxWindowUpdatesPerDataFrame'
> {
  const fallback = defaultHttp2Options;
  return {
    maxOutboundFrames: node.number('max_outbound_frames', fallback.maxOutboundFrames),
    maxOutboundControlFrames: node.number('max_outbound_control_frames', fallback.maxOutboundControlFrames),
    maxConsecutiveEmptyFrames: node.number(
      'max_consecutive_inbound_frames_with_empty_payload',
      fallback.maxConsecutiveEmptyFrames,
    ),
    maxPriorityFramesPerStream: node.number(
      'max_inbound_priority_frames_per_stream',
      fallback.maxPriorityFramesPerStream,
    ),
    maxWindowUpdatesPerDataFrame: node.number(
      'max_inbound_window_update_frames_per_data_frame_sent',
      fallback.maxWindowUpdatesPerDataFrame,
    ),
  };
}

/** The newer field wins over the deprecated one, and both over what surrounds them. */
function parseStreamError(node: ConfigNode, surrounding: boolean): boolean {
  const deprecated = node.bool('stream_error_on_invalid_http_messaging');
  return node.bool('override_stream_error_on_invalid_http_message', deprecated || surrounding);
}

function parseKeepalive(node: ConfigNode | undefined): KeepaliveOptions | null {
  if (node === undefined) return null;
  return {
    intervalMs: node.duration('interval', 0),
    timeoutMs: node.duration('timeout', 0),
    jitterPercent: node.message('interval_jitter')?.number('value', 15) ?? 15,
    idleIntervalMs: node.duration('connection_idle_interval', 0),
  };
}
