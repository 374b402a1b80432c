import { ExpectedError } from './expected-error.mjs';
import { note, plural, progress, progressDone, bar } from './output.mjs';

/** Files in one request. */
const AT_ONCE = 20;

/** Makes the people and uploads their photos. Returns those of whom a face was taken, each with the record that the API gave. */
export async function enrol(api, people) {
  const total = people.reduce((sum, { trained }) => sum + trained.length, 0);
  const refused = [];
  const enrolled = [];
  let done = 0;
  for (const person of people) {
    const record = (await api.post('/persons', { name: person.name })).person;
    let taken = 0;
    for (let start = 0; start < person.trained.length; start += AT_ONCE) {
      const photos = person.trained.slice(start, start + AT_ONCE);
      const verdicts = await upload(api, record.id, photos);
      verdicts.forEach((verdict, index) => {
        if (verdict.status === 'accepted') taken += 1;
        else refused.push(`${person.name}, ${photos[index].label}: ${verdict.message}`);
      });
      done += photos.length;
      progress(`${bar(done, total)} ${done} of ${total} photos`);
    }
    if (taken > 0) enrolled.push({ ...person, record });
  }
  progressDone(`Taken: ${plural(total - refused.length, 'photo')} of ${plural(enrolled.length, 'person', 'people')}.`);
  refused.forEach((text) => note(`Refused: ${text}`));
  if (enrolled.length === 0) throw new ExpectedError('There is nobody to train');
  return enrolled;
}

async function upload(api, personId, photos) {
  const files = await Promise.all(photos.map(async ({ name, read }) => ({ name, bytes: await read() })));
  return api.uploadFaces(personId, files);
}
