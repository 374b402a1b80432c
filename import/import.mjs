// Sends a folder of photos to the service. Stopped in the middle, even by kill -9, the same command goes on where it was.
//   npm run import -- PHOTOS                recognise the people in all photos below the folder
//   npm run import -- PHOTOS --by-folder    each folder in it is a person, its photos are the person's
//   npm run import -- PHOTOS --dry-run      only say what would be done
import { bar, progress, progressDone, say, seconds } from '../demo/output.mjs';
import { readArguments, USAGE } from './arguments.mjs';
import { dryRun } from './dry-run.mjs';
import { inGroups } from './groups.mjs';
import { openJournal } from './journal.mjs';
import { findOrMakePerson } from './persons.mjs';
import { report } from './report.mjs';
import { send } from './sending.mjs';
import { openService } from './service.mjs';
import { readTree } from './tree.mjs';

async function main() {
  const options = readArguments(process.argv.slice(2));
  if (options.help) return say(USAGE);
  const tree = await readTree(options.folder, options);
  if (options.dryRun) return dryRun(openService(options.url, 0), tree, options);
  const journal = await openJournal(options.journal, options);
  try {
    const verdicts = [...(await importAll(tree.photos, journal, options)), ...tree.left];
    await report(verdicts, options);
    process.exitCode = verdicts.some(({ status }) => status === 'rejected' || status === 'failed') ? 1 : 0;
  } finally {
    await journal.close();
  }
}

/** Returns the verdict on each photo, those of former runs included. */
async function importAll(photos, journal, options) {
  const startedAt = performance.now();
  const service = openService(options.url, options.patienceMs);
  const before = photos.flatMap((photo) => journal.verdictOn(photo) ?? []);
  const open = photos.filter((photo) => !journal.verdictOn(photo));
  if (before.length > 0) say(`${before.length} of ${photos.length} photos are done already, by ${options.journal}`);
  const verdicts = [...before];
  const personIds = new Map();
  await eachOf(inGroups(open), options.concurrency, async (group) => {
    const given = await sendGroup(service, options.folder, group, personIds);
    await journal.note(given.filter(({ status }) => status !== 'failed'));
    verdicts.push(...given);
    progress(`${bar(verdicts.length, photos.length)} ${verdicts.length} of ${photos.length} photos`);
  });
  progressDone(`${verdicts.length} of ${photos.length} photos, in ${seconds(performance.now() - startedAt)}`);
  return verdicts;
}

async function sendGroup(service, folder, { person, photos }, personIds) {
  if (person !== null && !personIds.has(person)) personIds.set(person, findOrMakePerson(service, person));
  const { id: personId, problem } = (await personIds.get(person)) ?? {};
  const given = problem
    ? photos.map(() => ({ status: 'rejected', code: 'NO_PERSON', message: problem }))
    : await send(service, folder, { person, personId, photos });
  return photos.map((photo, index) => ({ ...photo, ...given[index] }));
}

/** Works on `lanes` at once, in order; the first error ends it when the work under way has ended. */
async function eachOf(items, lanes, work) {
  const queue = items.values();
  let stopped = false;
  const lane = async () => {
    for (const item of queue) {
      if (stopped) return;
      try {
        await work(item);
      } catch (error) {
        stopped = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  const failed = ended.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}

main().catch((error) => {
  console.error(`\nThe import stopped: ${error.expected ? error.message : error.stack}`);
  process.exitCode = 2;
});
