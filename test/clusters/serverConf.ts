import type { Major } from './majors';

/** Settings of a server as `postgresql.conf` has them. */
export type Conf = Readonly<Record<string, string | number | boolean>>;

/**
 * Small, quick to start and quick to reconnect. Every server has the same limits, because a standby with less than its upstream refuses to start.
 * Data survives a killed server but not a power cut: the folder is thrown away anyhow.
 */
export function defaultConf(major: Major): Conf {
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    wal_level: 'logical',
    max_connections: 100,
    max_wal_senders: 20,
    max_replication_slots: 20,
    max_worker_processes: 16,
    max_logical_replication_workers: 8,
    hot_standby_feedback: true,
    track_commit_timestamp: true,
    // Five seconds by default: every reconnect would stall for so long.
    wal_retrieve_retry_interval: '100ms',
    wal_receiver_status_interval: '1s',
    shared_buffers: '16MB',
    max_wal_size: '256MB',
    min_wal_size: '32MB',
    // Segments of POSIX shared memory would outlive a killed server.
    dynamic_shared_memory_type: 'mmap',
    fsync: false,
    full_page_writes: false,
    autovacuum: false,
    jit: false,
    logging_collector: false,
    log_checkpoints: false,
    log_line_prefix: '%m [%p] %e %a ',
    ...(major >= 18 ? { io_method: 'sync' } : {}),
  };
}

/** Writes settings as a configuration file, with quotes that the server's own reader undoes. */
export function formatConf(conf: Conf): string {
  return Object.entries(conf)
    .map(([name, value]) => `${name} = '${formatValue(value)}'\n`)
    .join('');
}

function formatValue(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return String(value).replaceAll('\\', '\\\\').replaceAll("'", "''");
}
