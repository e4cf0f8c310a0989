import type { AccessLoggerFactory } from '../../../api/access-log.js';
import { FormatLogger } from '../format-logger.js';
import { threadLogFiles } from '../log-files.js';
import { type FileAccessLogConfig, parseFileAccessLog } from './config.js';

export const fileAccessLog: AccessLoggerFactory<FileAccessLogConfig> = {
  name: 'envoy.access_loggers.file',
  typeUrl: 'envoy.extensions.access_loggers.file.v3.FileAccessLog',
  parse: parseFileAccessLog,
  build: ({ path, format }, scope) => new FormatLogger(format, threadLogFiles.open(path, scope)),
};
