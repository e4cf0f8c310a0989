import type { Plain } from '../base/plain.js';
import type { Extension } from './extension.js';
import type { LogContext } from './stream-info.js';
import type { ThreadScope } from './thread-scope.js';

/** A sink for one line (or record) per stream, filter applied. Called from `Stream.finish()`, never fails. */
export interface AccessLog {
  log(context: LogContext): void;
}

export interface AccessLoggerFactory<C extends Plain = Plain> extends Extension<C> {
  build(config: C, scope: ThreadScope): AccessLog;
}

/** Decides whether an entry is written. */
export interface AccessLogFilter {
  passes(context: LogContext): boolean;
}

export interface AccessLogFilterFactory<C extends Plain = Plain> extends Extension<C> {
  build(config: C, scope: ThreadScope): AccessLogFilter;
}

/** What `AccessLog` messages are parsed to: the sink and, when there is one, its filter. */
export type AccessLogConfig = {
  readonly logger: { readonly name: string; readonly typeUrl: string; readonly config: Plain };
  /** Parsed filter tree, null when every entry is written. */
  readonly filter: Plain;
};
