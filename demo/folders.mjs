import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExpectedError } from './expected-error.mjs';
import { note, plural } from './output.mjs';

const PHOTO = /\.(jpe?g|png|webp|gif|tiff?)$/i;

/** People from folders: the folder's name is the person's, every other photo is trained, the rest held out. */
export async function peopleFromFolders(root) {
  const folders = await foldersIn(root);
  const people = [];
  for (const name of folders) {
    const photos = await photosIn(join(root, name));
    if (photos.length < 2) note(`${name} has ${plural(photos.length, 'photo')}: two are needed, left out`);
    else
      people.push({
        name,
        trained: photos.filter(even),
        heldOut: photos.filter((photo, index) => !even(photo, index)),
      });
  }
  if (people.length < 2)
    throw new ExpectedError(`${root} must hold two folders at least, one for each person, with two photos each`);
  note(
    `${people.length} people with ${people.reduce((sum, one) => sum + one.trained.length + one.heldOut.length, 0)} photos.`,
  );
  return people;
}

async function foldersIn(root) {
  try {
    const entries = await readdir(root, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    throw new ExpectedError(`${root} cannot be read: ${error.code}`);
  }
}

/** Each photo once: a copy of a trained photo would be no held-out one. */
async function photosIn(folder) {
  const photos = new Map();
  for (const name of (await readdir(folder)).filter((file) => PHOTO.test(file)).sort()) {
    const path = join(folder, name);
    const hash = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    if (!photos.has(hash)) photos.set(hash, { label: name, name, read: () => readFile(path) });
  }
  return [...photos.values()];
}

function even(_photo, index) {
  return index % 2 === 0;
}
