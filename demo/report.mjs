import { say } from './output.mjs';

const HEADINGS = ['Person', 'Photo', 'Best candidate', 'Similarity', '', 'Next best'];
const WIDEST = 34;

/** Prints the table and what it is worth. Returns the share of photos that were named rightly. */
export function report(trials, { ownPhotos }) {
  const shown = mostTelling(trials);
  const right = trials.filter((trial) => trial.right).length;
  const share = trials.length === 0 ? 0 : right / trials.length;
  say(
    `\nOf each person the photo that was hardest, and whatever went wrong (${shown.length} of ${trials.length} photos):\n`,
  );
  printTable([HEADINGS, ...shown.map(row)]);
  say(`\n${right} of ${trials.length} photos that were not trained were named rightly: ${(share * 100).toFixed(1)} %.`);
  say(ownPhotos ? OWN_PHOTOS : RENDITIONS);
  return share;
}

const RENDITIONS = `But for one, these photos are renditions of the very photos that were trained. Such photos are easy: they prove that everything
works together, and nothing about accuracy. For that, give it photos of your own: npm run demo -- --faces FOLDER`;

const OWN_PHOTOS = `Trained and recognised photos are different files of the same folders. Photos of one series still look alike, so that this says
how well these photos are told apart, not how well any other would be.`;

function mostTelling(trials) {
  const hardest = new Map();
  for (const trial of trials) {
    const known = hardest.get(trial.person);
    if (!known || lead(trial) < lead(known)) hardest.set(trial.person, trial);
  }
  return trials.filter((trial) => !trial.right || hardest.get(trial.person) === trial);
}

/** How far the right person was ahead of the next. */
function lead({ right, best, next }) {
  return right ? best.similarity - (next?.similarity ?? 0) : -1;
}

function row({ person, label, best, next, right }) {
  return [
    person,
    label,
    best?.name ?? 'no face found',
    score(best),
    right ? 'right' : 'WRONG',
    next ? `${next.name} ${score(next)}` : '',
  ];
}

function score(candidate) {
  return candidate ? candidate.similarity.toFixed(3) : '';
}

function printTable(rows) {
  const short = rows.map((cells) =>
    cells.map((cell) => (cell.length > WIDEST ? `${cell.slice(0, WIDEST - 1)}…` : cell)),
  );
  const widths = HEADINGS.map((_, column) => Math.max(...short.map((cells) => cells[column].length)));
  for (const cells of short)
    say(
      cells
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
}
