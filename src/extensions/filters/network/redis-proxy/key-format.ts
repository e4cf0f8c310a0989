import type { LogContext, StreamInfo } from '../../../../api/stream-info.js';
import { compileFormat, formatProblem } from '../../../../format/text-format.js';

/** Stands for the key while the rest is formatted, as keys may hold percent signs. */
const placeholder = '~REPLACED_KEY~';

function withPlaceholder(format: string): string {
  return format.replaceAll('%KEY%', placeholder);
}

export function keyFormatProblem(format: string): string | undefined {
  return formatProblem(withPlaceholder(format));
}

/** A key as hosts know it. */
export type KeyFormat = (key: string, connection: StreamInfo) => string;

export function compileKeyFormat(format: string): KeyFormat {
  const compiled = compileFormat(withPlaceholder(format), { omitEmptyValues: true });
  return (key, info) => {
    const context: LogContext = {
      info,
      requestHeaders: null,
      responseHeaders: null,
      responseTrailers: null,
      logType: 'NotSet',
    };
    const text = compiled(context).replaceAll(placeholder, () => key);
    return text === '' ? key : text;
  };
}
