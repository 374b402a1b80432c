import type { PlainSql } from './plain-sql.js';

/** Fills the tables with jobs that ended long ago, each with two events and one face, and sets the counters right. */
export async function seedHistory(sql: PlainSql, personId: number, jobs: number): Promise<void> {
  await sql.run('DROP TABLE IF EXISTS digits');
  await sql.run('CREATE TABLE digits (d INT PRIMARY KEY)');
  await sql.run('INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)');
  const [row] = await sql.all<{ highest: number | null }>('SELECT MAX(id) AS highest FROM training_job');
  const first = (row?.highest ?? 0) + 1;
  const numbers = `SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d + 100000 * g.d AS n
    FROM digits a, digits b, digits c, digits e, digits f, digits g`;
  const done =
    sql.kind === 'sqlite'
      ? "datetime('2026-01-01', '+' || n || ' seconds') || '.000'"
      : "'2026-01-01' + INTERVAL n SECOND";
  await sql.run(
    `INSERT INTO training_job (id, person_id, person_name, training_type, state, max_faces_per_batch, begun, run_at, epoch, attempt, crashes,
       outages, faces_planned, faces_added, faces_removed, faces_unchanged, faces_failed, success_rate, training_time, queued_at, started_at, completed_at)
     SELECT ${first} + n, ${personId}, 'Seeded', 'full', CASE WHEN n % 10 = 0 THEN 'failed' ELSE 'completed' END, 50, 1, 0, 1, 1, 0,
       0, 1, 1, 0, 0, 0, 100, 1000, ${done}, ${done}, ${done} FROM (${numbers}) q WHERE n < ${jobs}`,
  );
  for (const event of ['queued', 'started']) {
    await sql.run(
      `INSERT INTO job_event (job_id, epoch, event, at) SELECT ${first} + n, ${event === 'queued' ? 0 : 1}, '${event}', '2026-01-01' FROM (${numbers}) q WHERE n < ${jobs}`,
    );
  }
  await sql.run(`INSERT INTO job_event (job_id, epoch, event, at)
    SELECT ${first} + n, 1, CASE WHEN n % 10 = 0 THEN 'failed' ELSE 'completed' END, '2026-01-01' FROM (${numbers}) q WHERE n < ${jobs}`);
  await sql.run(
    `INSERT INTO job_face (job_id, face_id, content_hash, outcome, tries) SELECT ${first} + n, 1, 'seeded', 'added', 0 FROM (${numbers}) q WHERE n < ${jobs}`,
  );
  const failed = Math.ceil(jobs / 10);
  const sums: [string, number][] = [
    ['completed', jobs - failed],
    ['failed', failed],
  ];
  for (const [state, n] of sums) {
    for (const scope of ['all', 'training', 'full'])
      await sql.run('UPDATE kept_sum SET value = value + ? WHERE metric = ? AND shard = 0', [n, `${scope}_${state}`]);
  }
  await sql.run("UPDATE kept_sum SET value = value + ? WHERE metric = 'training_rate_sum' AND shard = 0", [jobs * 100]);
  await sql.run("UPDATE kept_sum SET value = value + ? WHERE metric = 'training_time_sum' AND shard = 0", [
    (jobs - failed) * 1_000,
  ]);
}
