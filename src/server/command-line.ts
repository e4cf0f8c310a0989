import type { CommandLine } from '../admin/views.js';
import { defaultLogFormat } from './log-format.js';
import type { ServerOptions } from './options.js';

/** The options as `/server_info` prints them: Envoy's names, durations with their `s`. */
export function commandLine(options: ServerOptions): CommandLine {
  return {
    base_id: '0',
    concurrency: options.concurrency,
    config_path: options.configPath ?? '',
    config_yaml: options.configYaml ?? '',
    allow_unknown_static_fields: options.allowUnknownStaticFields,
    admin_address_path: options.adminAddressPath ?? '',
    local_address_ip_version: options.localAddressVersion,
    log_level: options.logLevel === 'warn' ? 'warning' : options.logLevel,
    component_log_level: options.componentLogLevel,
    log_format: options.logFormat ?? defaultLogFormat,
    log_path: options.logPath ?? '',
    service_cluster: options.serviceCluster ?? '',
    service_node: options.serviceNode ?? '',
    service_zone: options.serviceZone ?? '',
    file_flush_interval: `${options.fileFlushMs / 1000}s`,
    drain_time: `${options.drainTimeS}s`,
    parent_shutdown_time: '900s',
    mode: options.mode === 'serve' ? 'Serve' : 'Validate',
    disable_hot_restart: true,
    enable_mutex_tracing: false,
    restart_epoch: 0,
    cpuset_threads: false,
    reject_unknown_dynamic_fields: false,
    log_format_escaped: options.logFormatEscaped,
    disabled_extensions: [],
    ignore_unknown_dynamic_fields: false,
    use_dynamic_base_id: false,
    base_id_path: '',
    drain_strategy: options.drainStrategy === 'gradual' ? 'Gradual' : 'Immediate',
    enable_fine_grain_logging: false,
    socket_path: '',
    socket_mode: 0,
    enable_core_dump: false,
    stats_tag: options.statsTags.map(([name, value]) => `${name}:${value}`),
    skip_hot_restart_on_no_parent: false,
    skip_hot_restart_parent_stats: false,
    skip_deprecated_logs: false,
    file_flush_min_size: Math.ceil(options.fileFlushBytes / 1024),
    log_stacktrace_single_entry: false,
  };
}
