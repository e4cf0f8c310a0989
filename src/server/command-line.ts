import type { CommandLine } from '../admin/views.js';
import type { ServerOptions } from './options.js';

/** The options as `/server_info` prints them: Envoy's names, durations with their `s`. */
export function commandLine(options: ServerOptions): CommandLine {
  return {
    concurrency: options.concurrency,
    config_path: options.configPath ?? '',
    config_yaml: options.configYaml ?? '',
    allow_unknown_static_fields: options.allowUnknownStaticFields,
    admin_address_path: options.adminAddressPath ?? '',
    local_address_ip_version: options.localAddressVersion,
    log_level: options.logLevel,
    log_path: options.logPath ?? '',
    service_cluster: options.serviceCluster ?? '',
    service_node: options.serviceNode ?? '',
    service_zone: options.serviceZone ?? '',
    file_flush_interval: `${options.fileFlushMs / 1000}s`,
    file_flush_min_size: Math.ceil(options.fileFlushBytes / 1024),
    drain_time: `${options.drainTimeS}s`,
    drain_strategy: options.drainStrategy === 'gradual' ? 'Gradual' : 'Immediate',
    mode: options.mode === 'serve' ? 'Serve' : 'Validate',
    disable_hot_restart: true,
    restart_epoch: 0,
  };
}
