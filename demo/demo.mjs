// Brings the built service up in a fresh folder, trains people from photos, and recognises photos that were not trained.
//   npm run demo                      people from the six photos of several people that @vladmandic/face-api brings
//   npm run demo -- --keep            the same, and the service stays up until Ctrl-C
//   npm run demo -- --faces FOLDER    people from a folder of your own: one folder inside it for each person
import { readArguments, USAGE } from './arguments.mjs';
import { openApi } from './api.mjs';
import { openEngine } from './engine.mjs';
import { enrol } from './enrolment.mjs';
import { peopleFromFolders } from './folders.mjs';
import { peopleFromGroupPhotos } from './group-photos.mjs';
import { say, seconds, step } from './output.mjs';
import { recognise } from './recognition.mjs';
import { report } from './report.mjs';
import { startService } from './service.mjs';
import { train } from './training.mjs';

/** Below this share of rightly named photos the demo ends with exit code 1. */
const EXPECTED_SHARE = 0.95;

async function main() {
  const options = readArguments(process.argv.slice(2));
  if (options.help) return say(USAGE);
  step(1, 'Start the service with its embedded defaults in a fresh folder');
  const service = await startService({ keepFolder: options.keep });
  try {
    const share = await demonstrate(service, options);
    process.exitCode = share < EXPECTED_SHARE ? 1 : 0;
    await showTheWayOn(service, options);
  } catch (error) {
    if (!service.interrupted) throw error;
  } finally {
    await service.stop();
  }
}

/** Returns the share of held-out photos that were named rightly, 0..1. */
async function demonstrate(service, { faces: folder }) {
  const startedAt = performance.now();
  const api = openApi(service.url);
  const engine = await openEngine(api, service.dataDir);
  step(2, 'Find photos of people');
  const people = folder === undefined ? await peopleFromGroupPhotos(api) : await peopleFromFolders(folder);
  step(3, 'Upload the photos that are to be trained');
  const enrolled = await enrol(api, people);
  step(4, 'Queue a training for each person, and process the queue');
  await train(api, enrolled);
  step(5, 'Recognise photos that were not trained');
  const trials = await recognise(engine, enrolled);
  const share = report(trials, { ownPhotos: folder !== undefined });
  if (share < EXPECTED_SHARE) say(`That is less than the ${EXPECTED_SHARE * 100} % that the demo is to reach.`);
  say(`All of it took ${seconds(performance.now() - startedAt)}.`);
  return share;
}

async function showTheWayOn(service, { keep }) {
  if (keep) return service.untilInterrupted();
  say(`\nThe service listened at\n${service.addresses}\nand stops now; "npm run demo -- --keep" leaves it running.`);
}

main().catch((error) => {
  console.error(`\nThe demo failed: ${error.expected ? error.message : error.stack}`);
  process.exitCode = 1;
});
