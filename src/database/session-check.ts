import type { DataSource } from 'typeorm';
import { execute, select } from './sql.js';

/**
 * Checks what every guarded write relies on: a matched row counts as affected although nothing changed in it (mysql2's FOUND_ROWS
 * flag), and transactions read what is committed. Throws with the remedy.
 */
export async function checkSession(dataSource: DataSource): Promise<void> {
  if (dataSource.options.type === 'better-sqlite3') return;
  const em = dataSource.manager;
  await execute(em, 'INSERT INTO session_check (id, touched) VALUES (1, 0) ON DUPLICATE KEY UPDATE touched = 0');
  const matched = await execute(em, 'UPDATE session_check SET touched = 0 WHERE id = 1');
  if (matched !== 1) {
    throw new Error(
      'The database connection counts changed instead of matched rows: remove -FOUND_ROWS from its flags',
    );
  }
  const [level] = await select<Record<string, string>>(
    em,
    "SHOW VARIABLES WHERE Variable_name IN ('tx_isolation', 'transaction_isolation')",
  );
  if (level?.['Value'] !== 'READ-COMMITTED') {
    throw new Error('The database does not let a session read what is committed (READ COMMITTED): check its settings');
  }
}
