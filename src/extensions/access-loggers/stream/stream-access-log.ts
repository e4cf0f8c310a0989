import type { AccessLoggerFactory } from '../../../api/access-log.js';
import type { ConfigNode } from '../../../api/config-node.js';
import {
  defaultLogFormat,
  parseSubstitutionFormat,
  type SubstitutionFormatConfig,
  textFormatConfig,
} from '../../../format/substitution-format.js';
import { FormatLogger } from '../format-logger.js';
import { threadLogFiles } from '../log-files.js';

export type StreamAccessLogConfig = { readonly format: SubstitutionFormatConfig };

function parse(node: ConfigNode): StreamAccessLogConfig {
  const format = node.message('log_format');
  return {
    format: format === undefined ? textFormatConfig(defaultLogFormat) : parseSubstitutionFormat(format),
  };
}

function streamAccessLog(
  name: string,
  message: string,
  descriptor: number,
): AccessLoggerFactory<StreamAccessLogConfig> {
  return {
    name,
    typeUrl: `envoy.extensions.access_loggers.stream.v3.${message}`,
    parse,
    build: ({ format }, scope) => new FormatLogger(format, threadLogFiles.open(descriptor, scope)),
  };
}

export const stdoutAccessLog = streamAccessLog('envoy.access_loggers.stdout', 'StdoutAccessLog', 1);
export const stderrAccessLog = streamAccessLog('envoy.access_loggers.stderr', 'StderrAccessLog', 2);
