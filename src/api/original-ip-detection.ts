import type { RequestHeaders } from '../base/header-map.js';
import type { Plain } from '../base/plain.js';
import type { Extension } from './extension.js';
import type { Address } from './stream-info.js';

/** What a detector made of a request. */
export interface DetectedClient {
  /** Null: this detector does not know; the next one is asked. */
  readonly address: Address | null;
  /** Whether the address may make the request an internal one. */
  readonly mayBeInternal: boolean;
  /** The peer's address is not appended to x-forwarded-for. */
  readonly skipsXffAppend: boolean;
  /** Status that refuses the request; 0 lets it pass. */
  readonly rejectStatus: number;
}

/** Finds the client's address behind other proxies. Asked once per request, in configured order. */
export interface OriginalIpDetector {
  detect(headers: RequestHeaders, peer: Address): DetectedClient;
}

export interface OriginalIpDetectorFactory<C extends Plain = Plain> extends Extension<C> {
  build(config: C): OriginalIpDetector;
}
