import type { AccessLog } from '../api/access-log.js';
import type { RouteMatch } from '../api/route.js';
import type { LogContext } from '../api/stream-info.js';
import type { Manager } from './manager.js';
import { noteRouteCluster } from './route-cluster.js';

/** A stream as its access logs see it. */
export interface LoggedStream extends LogContext {
  readonly manager: Pick<Manager, 'accessLogs' | 'scope'>;
  readonly isOver: boolean;
  logType: string;
  routeNow(): RouteMatch | null;
}

/** Writes the access logs; of a stream that goes on they say how long it has lasted so far. */
export function writeLogs(stream: LoggedStream, type: string): void {
  const { accessLogs, scope } = stream.manager;
  const { times } = stream.info;
  stream.logType = type;
  if (!stream.isOver) times.endMs = scope.clock.now();
  for (let i = 0; i < accessLogs.length; i++) (accessLogs[i] as AccessLog).log(stream);
  if (!stream.isOver) times.endMs = Number.NaN;
}

/** The head has been read and cleaned: logs that begin with the request know its cluster. */
export function logStart(stream: LoggedStream): void {
  noteRouteCluster(stream.info, stream.routeNow(), stream.requestHeaders, stream.manager.scope.clusters);
  writeLogs(stream, 'DownstreamStart');
}
