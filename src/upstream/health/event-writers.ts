import type { Extension, ExtensionRegistry } from '../../api/extension.js';
import type { Clock } from '../../base/clock.js';
import type { Plain } from '../../base/plain.js';
import type { HealthCheckConfig } from './config.js';
import { HealthEvents, type LineWriter } from './health-events.js';

export interface EventScope {
  readonly clock: Clock;
  readonly extensions: ExtensionRegistry;
  openLog(path: string): LineWriter;
}

/** A sink that is named in `event_logger`. */
export interface HealthEventSinkFactory<C extends Plain = Plain> extends Extension<C> {
  build(config: C, openLog: (path: string) => LineWriter): LineWriter;
}

/** The events of one check; null when nobody wants them. */
export function healthEvents(
  { eventLogPath, eventSinks }: HealthCheckConfig,
  cluster: string,
  type: string,
  scope: EventScope,
): HealthEvents | null {
  const openLog = (path: string): LineWriter => scope.openLog(path);
  const writers = eventSinks.map(({ typeUrl, config }) => {
    const factory = scope.extensions.find('health.event.sink', typeUrl) as HealthEventSinkFactory | undefined;
    if (factory === undefined) throw new Error(`no health event sink for ${typeUrl}`);
    return factory.build(config, openLog);
  });
  if (eventLogPath !== '') writers.push(openLog(eventLogPath));
  return writers.length === 0 ? null : new HealthEvents(type, cluster, scope.clock, writers);
}
