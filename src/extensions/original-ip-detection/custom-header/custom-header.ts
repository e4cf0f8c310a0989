import type { ConfigNode } from '../../../api/config-node.js';
import type {
  DetectedClient,
  OriginalIpDetector,
  OriginalIpDetectorFactory,
} from '../../../api/original-ip-detection.js';
import { statusCodeOf } from '../../../api/status-codes.js';
import type { RequestHeaders } from '../../../base/header-map.js';
import { parseAddress } from '../../../http/forwarded-for.js';

/** `envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig`. */
export type CustomHeaderConfig = {
  readonly name: string;
  readonly mayBeInternal: boolean;
  /** 0: a request without the header passes. */
  readonly rejectStatus: number;
};

/** The client's address out of a header that a trusted proxy in front sets. */
export const customHeaderDetection: OriginalIpDetectorFactory<CustomHeaderConfig> = {
  name: 'envoy.http.original_ip_detection.custom_header',
  typeUrl: 'envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig',
  parse: (node) => ({
    name: node.string('header_name').toLowerCase(),
    mayBeInternal: node.bool('allow_extension_to_set_address_as_trusted'),
    rejectStatus: parseStatus(node.message('reject_with_status')),
  }),
  build: (config) => new CustomHeaderDetector(config),
};

const forbidden = 403;

/** A status that is no error would let the client take the refusal for an answer. */
function parseStatus(node: ConfigNode | undefined): number {
  if (node === undefined) return 0;
  const status = statusCodeOf(node.enum('code')) ?? forbidden;
  return status >= 400 ? status : forbidden;
}

class CustomHeaderDetector implements OriginalIpDetector {
  private readonly config: CustomHeaderConfig;

  constructor(config: CustomHeaderConfig) {
    this.config = config;
  }

  detect(headers: RequestHeaders): DetectedClient {
    const { name, mayBeInternal, rejectStatus } = this.config;
    const address = parseAddress(headers.get(name));
    return {
      address,
      mayBeInternal,
      skipsXffAppend: true,
      rejectStatus: address === null ? rejectStatus : 0,
    };
  }
}
