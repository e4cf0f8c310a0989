import type { ConfigNode, ExtensionConfig } from '../../../../api/config-node.js';
import { type FeatureFlag, parseFeatureFlag } from '../../../../runtime/feature-flag.js';

export type DecompressedDirection = {
  readonly enabled: FeatureFlag;
  /** `no-transform` does not hold it back. */
  readonly ignoresNoTransform: boolean;
};

/** `envoy.extensions.filters.http.decompressor.v3.Decompressor`. */
export type DecompressorConfig = {
  /** Null when it was refused. */
  readonly library: ExtensionConfig | null;
  readonly request: DecompressedDirection;
  readonly response: DecompressedDirection;
  readonly advertises: boolean;
};

export function parseDecompressor(node: ConfigNode): DecompressorConfig {
  const request = node.message('request_direction_config');
  const response = node.message('response_direction_config');
  return {
    library: node.extension('decompressor', 'decompressor_library') ?? null,
    request: parseDirection(request?.message('common_config')),
    response: parseDirection(response?.message('common_config')),
    advertises: request?.bool('advertise_accept_encoding', true) ?? true,
  };
}

function parseDirection(node: ConfigNode | undefined): DecompressedDirection {
  if (node === undefined) return { enabled: { byDefault: true, runtimeKey: '' }, ignoresNoTransform: false };
  return {
    enabled: parseFeatureFlag(node, 'enabled', true),
    ignoresNoTransform: node.bool('ignore_no_transform_header'),
  };
}
