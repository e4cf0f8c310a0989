import type { ConfigNode } from '../api/config-node.js';
import type { DirectResponseView } from '../api/route.js';
import type { LogContext } from '../api/stream-info.js';
import { toByteText } from '../format/byte-text.js';
import {
  compileSubstitutionFormat,
  contentTypeOf,
  parseSubstitutionFormat,
} from '../format/substitution-format.js';
import type { Format } from '../format/text-format.js';
import type { DirectResponseConfig } from './config-types.js';

/** Reads `DirectResponseAction`; the body must not be longer than the route configuration allows. */
export function parseDirectResponse(node: ConfigNode, bodyLimitBytes: number): DirectResponseConfig {
  const body = node.dataSource('body') ?? '';
  const size = Buffer.byteLength(body);
  if (size > bodyLimitBytes) {
    node.error(`response body size is ${size} bytes; maximum is ${bodyLimitBytes}`, 'body');
  }
  const format = node.message('body_format');
  return {
    kind: 'direct',
    status: node.number('status'),
    body,
    bodyFormat: format === undefined ? null : parseSubstitutionFormat(format),
  };
}

/** A fixed answer; its body is byte text. */
export class DirectResponse implements DirectResponseView {
  readonly kind: 'direct';
  readonly status: number;
  readonly contentType: string;
  private readonly text: string;
  private readonly format: Format | null;

  constructor(config: DirectResponseConfig) {
    this.kind = 'direct';
    this.status = config.status;
    this.contentType = config.bodyFormat === null ? 'text/plain' : contentTypeOf(config.bodyFormat);
    this.text = toByteText(config.body);
    this.format = config.bodyFormat === null ? null : compileSubstitutionFormat(config.bodyFormat);
  }

  body(context: LogContext): string {
    if (this.format === null) return this.text;
    context.info.localReplyBody = this.text;
    return this.format(context);
  }
}
