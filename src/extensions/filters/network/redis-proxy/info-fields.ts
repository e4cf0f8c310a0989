/** How a field of INFO becomes one of all hosts: `=text` is always that text, `human` is another field in readable bytes. */
export type InfoJoin = 'first' | 'sum' | 'max' | 'human' | 'keyspace' | `=${string}`;

export interface InfoField {
  readonly section: string;
  readonly join: InfoJoin;
}

/** Fields in the order in which Envoy tells them; it knows no others. */
const table: readonly (readonly [section: string, join: InfoJoin, names: string])[] = [
  ['Server', 'first', 'redis_version redis_git_sha1 redis_git_dirty redis_build_id'],
  ['Server', '=cluster', 'redis_mode'],
  [
    'Server',
    'first',
    `os arch_bits monotonic_clock gcc_version multiplexing_api atomicvar_api process_supervised run_id
    server_time_usec`,
  ],
  ['Server', 'max', 'uptime_in_seconds uptime_in_days'],
  ['Server', 'first', 'hz configured_hz lru_clock executable config_file'],
  ['Server', 'max', 'io_threads_active'],
  ['Clients', 'sum', 'connected_clients cluster_connections'],
  ['Clients', 'first', 'maxclients'],
  ['Clients', 'max', 'client_recent_max_input_buffer client_recent_max_output_buffer'],
  [
    'Clients',
    'sum',
    `blocked_clients tracking_clients pubsub_clients watching_clients clients_in_timeout_table
    total_watched_keys total_blocking_keys total_blocking_keys_on_nokey`,
  ],
  ['Memory', 'sum', 'used_memory'],
  ['Memory', 'human', 'used_memory_human'],
  ['Memory', 'sum', 'used_memory_rss'],
  ['Memory', 'human', 'used_memory_rss_human'],
  ['Memory', 'max', 'used_memory_peak'],
  ['Memory', 'human', 'used_memory_peak_human'],
  ['Memory', 'first', 'used_memory_peak_time'],
  ['Memory', 'sum', `used_memory_overhead used_memory_startup used_memory_dataset total_system_memory`],
  ['Memory', 'human', 'total_system_memory_human'],
  ['Memory', 'sum', 'used_memory_lua used_memory_vm_eval'],
  ['Memory', 'human', 'used_memory_lua_human'],
  [
    'Memory',
    'sum',
    `used_memory_scripts_eval number_of_cached_scripts number_of_functions number_of_libraries
    used_memory_vm_functions used_memory_vm_total`,
  ],
  ['Memory', 'human', 'used_memory_vm_total_human'],
  ['Memory', 'sum', 'used_memory_functions used_memory_scripts'],
  ['Memory', 'human', 'used_memory_scripts_human'],
  ['Memory', 'sum', 'maxmemory'],
  ['Memory', 'human', 'maxmemory_human'],
  ['Memory', 'first', 'maxmemory_policy'],
  [
    'Memory',
    'sum',
    `mem_fragmentation_bytes allocator_frag_bytes allocator_rss_bytes rss_overhead_bytes allocator_allocated
    allocator_active allocator_resident allocator_muzzy mem_not_counted_for_evict mem_clients_slaves
    mem_clients_normal mem_cluster_links mem_cluster_slot_migration_output_buffer
    mem_cluster_slot_migration_input_buffer`,
  ],
  ['Memory', 'max', 'mem_cluster_slot_migration_input_buffer_peak'],
  ['Memory', 'sum', 'mem_aof_buffer mem_replication_backlog mem_total_replication_buffers'],
  ['Memory', 'first', 'mem_allocator'],
  ['Memory', 'sum', 'mem_overhead_db_hashtable_rehashing'],
  ['Memory', 'max', 'active_defrag_running'],
  ['Memory', 'sum', 'lazyfree_pending_objects lazyfreed_objects'],
  [
    'Stats',
    'sum',
    `total_connections_received total_commands_processed instantaneous_ops_per_sec total_net_input_bytes
    total_net_output_bytes total_net_repl_input_bytes total_net_repl_output_bytes instantaneous_input_kbps
    instantaneous_output_kbps instantaneous_input_repl_kbps instantaneous_output_repl_kbps
    rejected_connections sync_full sync_partial_ok sync_partial_err expired_subkeys expired_keys`,
  ],
  ['Stats', 'max', 'expired_stale_perc'],
  [
    'Stats',
    'sum',
    `expired_time_cap_reached_count expire_cycle_cpu_milliseconds evicted_keys evicted_clients
    evicted_scripts total_eviction_exceeded_time`,
  ],
  ['Stats', 'max', 'current_eviction_exceeded_time'],
  ['Stats', 'sum', `keyspace_hits keyspace_misses pubsub_channels pubsub_patterns pubsubshard_channels`],
  ['Stats', 'max', 'latest_fork_usec'],
  [
    'Stats',
    'sum',
    `total_forks migrate_cached_sockets slave_expires_tracked_keys active_defrag_hits active_defrag_misses
    active_defrag_key_hits active_defrag_key_misses total_active_defrag_time`,
  ],
  ['Stats', 'max', 'current_active_defrag_time'],
  [
    'Stats',
    'sum',
    `tracking_total_keys tracking_total_items tracking_total_prefixes unexpected_error_replies
    total_error_replies dump_payload_sanitizations total_reads_processed total_writes_processed
    io_threaded_reads_processed io_threaded_writes_processed client_query_buffer_limit_disconnections
    client_output_buffer_limit_disconnections reply_buffer_shrinks reply_buffer_expands eventloop_cycles
    eventloop_duration_sum eventloop_duration_cmd_sum instantaneous_eventloop_cycles_per_sec`,
  ],
  ['Stats', 'max', 'instantaneous_eventloop_duration_usec'],
  [
    'Stats',
    'sum',
    `acl_access_denied_auth acl_access_denied_cmd acl_access_denied_key acl_access_denied_channel`,
  ],
  [
    'CPU',
    'sum',
    `used_cpu_sys used_cpu_user used_cpu_sys_children used_cpu_user_children used_cpu_sys_main_thread
    used_cpu_user_main_thread`,
  ],
  ['Cluster', '=1', 'cluster_enabled'],
  ['Keyspace', 'keyspace', 'db0'],
];

export const infoFields: ReadonlyMap<string, InfoField> = new Map(
  table.flatMap(([section, join, names]) =>
    names.split(/\s+/).map((name): [string, InfoField] => [name, { section, join }]),
  ),
);
