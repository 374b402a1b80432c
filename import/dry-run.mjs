import { plural, say } from '../demo/output.mjs';
import { ExpectedError } from '../demo/expected-error.mjs';
import { personExists } from './persons.mjs';
import { report } from './report.mjs';

/** Says what an import would do. Asks the service only whether persons are there, and makes nothing. */
export async function dryRun(service, { photos, left }, options) {
  const persons = new Map();
  for (const { person } of photos) if (person !== null) persons.set(person, (persons.get(person) ?? 0) + 1);
  for (const [name, count] of persons) say(`${name}: ${plural(count, 'photo')}, ${await state(service, name)}`);
  if (persons.size === 0) say(`${plural(photos.length, 'photo')} would be sent to be recognised.`);
  else say(`${plural(photos.length, 'photo')} of ${plural(persons.size, 'person', 'persons')} would be sent.`);
  const planned = photos.map((photo) => ({ ...photo, status: 'planned', code: null, message: 'Would be sent' }));
  await report([...planned, ...left], options);
}

async function state(service, name) {
  try {
    const exists = await personExists(service, name);
    if (exists !== null) return exists ? 'the person is there' : 'the person would be made';
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
  }
  return 'the service does not say whether the person is there';
}
