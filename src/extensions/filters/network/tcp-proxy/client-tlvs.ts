import type { ConfigNode } from '../../../../api/config-node.js';
import type { LogContext, StreamInfo } from '../../../../api/stream-info.js';
import type { ProxyTlv } from '../../../../codec/proxy-protocol/proxy-header.js';
import {
  compileSubstitutionFormat,
  parseSubstitutionFormat,
  type SubstitutionFormatConfig,
} from '../../../../format/substitution-format.js';
import type { Format } from '../../../../format/text-format.js';

/** `core.v3.TlvEntry`. */
export type TlvFormatConfig = {
  readonly type: number;
  readonly value: Uint8Array;
  /** Null: the value as it stands. */
  readonly format: SubstitutionFormatConfig | null;
};

/** What becomes of configured TLVs where the client came with a PROXY header. */
export type TlvMerge = 'ADD_IF_ABSENT' | 'OVERWRITE_BY_TYPE_IF_EXISTS_OR_ADD' | 'APPEND_IF_EXISTS_OR_ADD';

export function parseTlvFormat(node: ConfigNode): TlvFormatConfig {
  const format = node.message('format_string');
  const value = node.bytes('value');
  if (value.length > 0 && format !== undefined) {
    node.error("Invalid TLV configuration: only one of 'value' or 'format_string' may be set.");
  } else if (value.length === 0 && format === undefined) {
    node.error("Invalid TLV configuration: one of 'value' or 'format_string' must be set.");
  }
  return {
    type: node.number('type', 0),
    value,
    format: format === undefined ? null : parseSubstitutionFormat(format),
  };
}

interface TlvSource {
  readonly type: number;
  readonly value: Buffer;
  readonly format: Format | null;
}

/** Says what hosts are told of a connection in TLVs. */
export class ClientTlvs {
  private readonly configured: readonly TlvSource[];
  private readonly merge: TlvMerge;

  constructor(configs: readonly TlvFormatConfig[], merge: TlvMerge) {
    this.configured = configs.map(({ type, value, format }) => ({
      type,
      value: Buffer.from(value),
      format: format === null ? null : compileSubstitutionFormat(format),
    }));
    this.merge = merge;
  }

  of(info: StreamInfo): readonly ProxyTlv[] {
    const given = info.connection.proxyTlvs;
    if (given === null) return this.own(info);
    if (this.merge === 'ADD_IF_ABSENT' || this.configured.length === 0) return given;
    const own = this.own(info);
    if (this.merge === 'APPEND_IF_EXISTS_OR_ADD') return [...given, ...own];
    return [...given.filter(({ type }) => !own.some((it) => it.type === type)), ...own];
  }

  private own(info: StreamInfo): readonly ProxyTlv[] {
    const context: LogContext = {
      info,
      requestHeaders: null,
      responseHeaders: null,
      responseTrailers: null,
      logType: 'NotSet',
    };
    return this.configured.map(({ type, value, format }) => ({
      type,
      value: format === null ? value : Buffer.from(format(context), 'latin1'),
    }));
  }
}
