import type { AccessLog, AccessLogConfig, AccessLoggerFactory } from '../../api/access-log.js';
import type { ConfigNode } from '../../api/config-node.js';
import type { Extension } from '../../api/extension.js';
import type { LogContext } from '../../api/stream-info.js';
import type { ThreadScope } from '../../api/thread-scope.js';
import { buildLogFilter } from './build-filter.js';
import type { LogFilterConfig } from './filter-config.js';
import { parseLogFilter } from './parse-filter.js';

/** An access log as `parseAccessLog` reads it: `AccessLogConfig` with the filter's type known. */
export type ParsedAccessLog = AccessLogConfig & { readonly filter: LogFilterConfig | null };

/** Reads one `config.accesslog.v3.AccessLog`; undefined when its logger is not known. */
export function parseAccessLog(node: ConfigNode): ParsedAccessLog | undefined {
  const filter = node.message('filter');
  const logger = node.asExtension('access.logger');
  if (logger === undefined) return undefined;
  return { logger, filter: filter === undefined ? null : parseLogFilter(filter) };
}

/** Reads a repeated `access_log` field. */
export function parseAccessLogs(node: ConfigNode, field: string): readonly ParsedAccessLog[] {
  return node
    .list(field)
    .map(parseAccessLog)
    .filter((log) => log !== undefined);
}

/** Builds the logger with its filter in front. */
export function buildAccessLog(config: ParsedAccessLog, scope: ThreadScope): AccessLog {
  const factory = scope.extensions.find('access.logger', config.logger.typeUrl);
  if (!isLoggerFactory(factory)) throw new Error(`no access logger for ${config.logger.typeUrl}`);
  const logger = factory.build(config.logger.config, scope);
  return config.filter === null ? logger : new FilteredLog(logger, config.filter, scope);
}

function isLoggerFactory(extension: Extension | undefined): extension is AccessLoggerFactory {
  return extension !== undefined && 'build' in extension;
}

class FilteredLog implements AccessLog {
  private readonly logger: AccessLog;
  private readonly passes: (context: LogContext) => boolean;

  constructor(logger: AccessLog, filter: LogFilterConfig, scope: ThreadScope) {
    this.logger = logger;
    this.passes = buildLogFilter(filter, scope).passes;
  }

  log(context: LogContext): void {
    if (this.passes(context)) this.logger.log(context);
  }
}
