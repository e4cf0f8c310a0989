import {
  defaultFrameSize,
  defaultWindow,
  ErrorCode,
  largestFrameSize,
  largestWindow,
  SettingId,
} from './frame/frame-codes.js';
import type { HpackEncoder } from './hpack/encoder.js';
import type { Http2Options } from './options.js';

/** What this side tells the peer. */
export interface LocalSettings {
  readonly entries: readonly (readonly [id: number, value: number])[];
  readonly connectionWindow: number;
  /** What the connection's window is widened by at once. */
  readonly windowIncrement: number;
}

/** In Envoy's order, which says everything, defaults too. */
export function localSettings(options: Http2Options, role: 'server' | 'client'): LocalSettings {
  const entries: (readonly [number, number])[] = role === 'client' ? [[SettingId.enablePush, 0]] : [];
  entries.push(...options.customSettings.filter(([id]) => id !== SettingId.enablePush));
  const isCustom = (id: number): boolean => entries.some(([known]) => known === id);
  const add = (id: number, value: number): void => {
    if (!isCustom(id)) entries.push([id, value]);
  };
  add(SettingId.headerTableSize, options.hpackTableSize);
  add(SettingId.enableConnectProtocol, options.allowConnect ? 1 : 0);
  add(SettingId.maxConcurrentStreams, options.maxConcurrentStreams);
  add(SettingId.initialWindowSize, options.streamWindow);
  const windowIncrement = Math.max(0, options.connectionWindow - defaultWindow);
  return { entries, connectionWindow: defaultWindow + windowIncrement, windowIncrement };
}

/** What the peer has told. */
export class PeerSettings {
  private readonly encoder: HpackEncoder;
  private readonly tableLimit: number;
  private readonly isServers: boolean;
  initialWindow: number;
  maxFrameSize: number;
  /** Streams that this side may have open. */
  maxConcurrentStreams: number;
  allowsExtendedConnect: boolean;

  /** `tableLimit`: what this side spends on the encoder's table at most. */
  constructor(encoder: HpackEncoder, tableLimit: number, isServers: boolean) {
    this.encoder = encoder;
    this.tableLimit = tableLimit;
    this.isServers = isServers;
    this.initialWindow = defaultWindow;
    this.maxFrameSize = defaultFrameSize;
    this.maxConcurrentStreams = largestWindow;
    this.allowsExtendedConnect = false;
  }

  /** RFC 9113 section 6.5.2; answers an error code, 0 when the value is legal. Unknown settings are ignored. */
  apply(id: number, value: number): number {
    switch (id) {
      case SettingId.headerTableSize:
        this.encoder.resize(Math.min(value, this.tableLimit));
        return 0;
      case SettingId.enablePush:
        // RFC 9113 section 6.5.2: a server may not even offer it.
        return value > (this.isServers ? 0 : 1) ? ErrorCode.protocolError : 0;
      case SettingId.maxConcurrentStreams:
        this.maxConcurrentStreams = value;
        return 0;
      case SettingId.initialWindowSize:
        this.initialWindow = value;
        return value > largestWindow ? ErrorCode.flowControlError : 0;
      case SettingId.maxFrameSize:
        this.maxFrameSize = value;
        return value < defaultFrameSize || value > largestFrameSize ? ErrorCode.protocolError : 0;
      case SettingId.enableConnectProtocol:
        if (value > 1 || (this.allowsExtendedConnect && value === 0)) return ErrorCode.protocolError;
        this.allowsExtendedConnect = value === 1;
        return 0;
      default:
        return 0;
    }
  }
}
