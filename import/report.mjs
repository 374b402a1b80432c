import { writeFile } from 'node:fs/promises';
import { plural, say } from '../demo/output.mjs';

const SHOWN = 40;

/** Writes the verdicts to the report and shows what needs a look. */
export async function report(verdicts, { report: path }) {
  const sorted = [...verdicts].sort((a, b) => (a.path < b.path ? -1 : 1));
  if (path !== null) await writeFile(path, sorted.map((verdict) => `${JSON.stringify(shown(verdict))}\n`).join(''));
  showProblems(sorted.filter(needsALook));
  say(`\n${summary(sorted)}`);
  if (path !== null) say(`One verdict for each file is in ${path}.`);
}

const KINDS = ['accepted', 'already there', 'kept, not trained', 'pending', 'planned', 'rejected', 'failed', 'skipped'];

/** `12 files: 9 accepted, 2 rejected, 1 skipped.` */
export function summary(verdicts) {
  const counts = KINDS.map((kind) => [kind, verdicts.filter((verdict) => kindOf(verdict) === kind).length]);
  const parts = counts.filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${kind}`);
  return `${plural(verdicts.length, 'file')}: ${parts.join(', ') || 'nothing to do'}.`;
}

function kindOf({ status, code }) {
  if (code === 'DUPLICATE') return 'already there';
  return code === 'POOR_QUALITY' ? 'kept, not trained' : status;
}

function showProblems(problems) {
  if (problems.length === 0) return;
  say('');
  const rows = problems.slice(0, SHOWN).map(({ status, code, path, message }) => [status, code ?? '', path, message]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) say(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  if (problems.length > SHOWN) say(`... and ${problems.length - SHOWN} more: --report FILE lists all of them`);
}

function needsALook({ status, code }) {
  return !['accepted', 'pending', 'planned'].includes(status) || code === 'POOR_QUALITY';
}

function shown({ path, person, status, code, message, face_id, photo_id }) {
  return { file: path, person, status, code, message, face_id: face_id ?? null, photo_id: photo_id ?? null };
}
