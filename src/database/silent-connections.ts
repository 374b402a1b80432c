import type { Socket } from 'node:net';
import type mysql2 from 'mysql2';
import type { DataSource } from 'typeorm';

/** Longer than any statement of ours takes; a lock is waited for 5 s at most. */
const LONGEST_SILENCE_MS = 12_000;

/**
 * A server that vanished without a word (a firewall that forgot the connection, a machine that lost its network) leaves its clients waiting
 * for many minutes: neither the driver nor TCP's keep-alive ends a statement that nobody answers. From now on a connection in use that stays
 * silent is given up, and the statement fails as one whose database went away. Call when the migrations are through: those may take long.
 */
export function giveUpSilentConnections(dataSource: DataSource, longestSilenceMs = LONGEST_SILENCE_MS): void {
  if (dataSource.options.type === 'better-sqlite3') return;
  const { pool } = dataSource.driver as unknown as { pool: mysql2.Pool };
  const idle = new Set<mysql2.PoolConnection>();
  pool.on('acquire', (connection) => {
    idle.delete(connection);
    const stream = streamOf(connection);
    stream.removeAllListeners('timeout');
    stream.setTimeout(longestSilenceMs, () => {
      stream.destroy(Object.assign(new Error('The database does not answer'), { code: 'ETIMEDOUT', fatal: true }));
      // The server has most likely forgotten the others too: whoever comes next is not to wait as long again.
      for (const other of idle) other.destroy();
      idle.clear();
    });
  });
  pool.on('release', (connection) => {
    idle.add(connection);
    streamOf(connection).setTimeout(0);
  });
}

function streamOf(connection: mysql2.PoolConnection): Socket {
  return (connection as unknown as { stream: Socket }).stream;
}
