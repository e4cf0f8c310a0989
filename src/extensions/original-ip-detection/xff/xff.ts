import type {
  DetectedClient,
  OriginalIpDetector,
  OriginalIpDetectorFactory,
} from '../../../api/original-ip-detection.js';
import type { Address } from '../../../api/stream-info.js';
import type { CidrRange } from '../../../base/cidr.js';
import type { RequestHeaders } from '../../../base/header-map.js';
import { addressBeforeTrusted, addressFromRight, rangeOf } from '../../../http/forwarded-for.js';
import { parseXff, type XffConfig } from './config.js';

/** The client's address out of x-forwarded-for: by number of trusted proxies, or by their addresses. */
export const xffDetection: OriginalIpDetectorFactory<XffConfig> = {
  name: 'envoy.http.original_ip_detection.xff',
  typeUrl: 'envoy.extensions.http.original_ip_detection.xff.v3.XffConfig',
  parse: parseXff,
  build: (config) => new XffDetector(config),
};

/** What a peer says that nobody trusts counts for nothing; its address is added for those behind. */
const untrusted: DetectedClient = {
  address: null,
  mayBeInternal: false,
  skipsXffAppend: false,
  rejectStatus: 0,
};

class XffDetector implements OriginalIpDetector {
  private readonly config: XffConfig;
  private readonly trusted: readonly CidrRange[] | null;

  constructor(config: XffConfig) {
    this.config = config;
    this.trusted = config.trustedRanges?.flatMap(rangeOf) ?? null;
  }

  detect(headers: RequestHeaders, peer: Address): DetectedClient {
    const forwardedFor = headers.get('x-forwarded-for');
    const { trusted } = this;
    if (trusted === null) {
      const isAlone = forwardedFor !== undefined && !forwardedFor.includes(',');
      return this.found(addressFromRight(forwardedFor, this.config.trustedHops), isAlone);
    }
    if (!peer.isIp || !trusted.some((range) => range.containsText(peer.ip))) return untrusted;
    const isAlone = forwardedFor !== undefined && !forwardedFor.includes(',');
    return this.found(addressBeforeTrusted(forwardedFor, trusted), isAlone);
  }

  private found(address: Address | null, mayBeInternal: boolean): DetectedClient {
    return { address, mayBeInternal, skipsXffAppend: this.config.skipsAppend, rejectStatus: 0 };
  }
}
