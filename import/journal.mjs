import { open, readFile, rm } from 'node:fs/promises';
import { ExpectedError } from '../demo/expected-error.mjs';

/**
 * What is done, as lines of JSON: the first says of which import, each other one is the verdict on a file. A line is on the disk before its
 * file counts as done; a file whose line was lost is sent again, and the service recognises it.
 */
export async function openJournal(path, { folder, url, byFolder, again }) {
  if (again) await rm(path, { force: true });
  const title = { import: 1, folder, url, byFolder };
  const text = await readFile(path, 'utf8').catch((error) => (error.code === 'ENOENT' ? '' : cannot(path, error)));
  const [first, ...lines] = text.split('\n').map(parsedLine);
  if (first && JSON.stringify(first) !== JSON.stringify(title)) {
    throw new ExpectedError(
      `${path} is the journal of another import (${first.folder ?? 'unknown folder'} to ${first.url ?? 'unknown service'}). ` +
        'Name another one with --journal, or use --again to forget it.',
    );
  }
  // Only the title can have been cut off by a crash: whatever else is there is not ours to overwrite.
  if (!first && text.includes('\n'))
    throw new ExpectedError(`${path} is no journal of an import: name another place with --journal.`);
  const file = await open(path, 'a', 0o600).catch((error) => cannot(path, error));
  if (!first) await file.truncate(0);
  // The last line may have been cut off by a crash: the next one must not be glued to it.
  await append(file, first ? '\n' : `${JSON.stringify(title)}\n`);
  return journalOf(file, new Map(lines.filter(Boolean).map((verdict) => [verdict.path, verdict])));
}

function journalOf(file, done) {
  // One write at a time.
  let last = Promise.resolve();
  return {
    /** The verdict on an unchanged file of before; undefined for one that has none. */
    verdictOn: ({ path, size, mtimeMs }) => {
      const verdict = done.get(path);
      return verdict?.size === size && verdict.mtimeMs === mtimeMs ? verdict : undefined;
    },
    /** Resolves when the verdicts are on the disk. */
    note: (verdicts) => {
      last = last.then(() => append(file, verdicts.map((verdict) => `${JSON.stringify(verdict)}\n`).join('')));
      return last;
    },
    close: () => file.close(),
  };
}

async function append(file, text) {
  await file.write(text);
  await file.datasync();
}

function parsedLine(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function cannot(path, error) {
  throw new ExpectedError(`The journal ${path} cannot be used (${error.code}): name another place with --journal`);
}
