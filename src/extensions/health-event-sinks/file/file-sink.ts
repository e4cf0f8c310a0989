import type { HealthEventSinkFactory } from '../../../upstream/health/event-writers.js';
import { type FileSinkConfig, parseFileSink } from './config.js';

export const fileHealthEventSink: HealthEventSinkFactory<FileSinkConfig> = {
  name: 'envoy.health_check.event_sink.file',
  typeUrl: 'envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink',
  parse: parseFileSink,
  build: ({ path }, openLog) => openLog(path),
};
