import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { note } from './output.mjs';
import { HELD_OUT, render, TRAINED } from './renditions.mjs';

const PHOTOS = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')), 'demo');
const FACES_EXPECTED = [3, 3, 3, 4, 5, 4];

/**
 * The faces that are used, as [photo, place from the left]. Left out are two faces that are turned away so far that hardly anything is to
 * be seen of them (2, 1 and 2, 2), and one that may be the person of 4, 1 under heavy make-up (1, 2).
 */
const FACES = [
  ...[
    [1, 1],
    [2, 3],
    [3, 1],
    [3, 2],
    [3, 3],
    [4, 1],
    [4, 2],
    [4, 3],
    [4, 4],
  ],
  ...[
    [5, 1],
    [5, 2],
    [5, 3],
    [5, 4],
    [5, 5],
    [6, 1],
    [6, 2],
    [6, 3],
    [6, 4],
  ],
];

/** The one person who is in two photos: trained from photo 3, recognised in photo 1, in other light, clothes and pose. */
const IN_TWO_PHOTOS = { trained: [3, 2], heldOut: [1, 3] };

/** People from the six photos of `@vladmandic/face-api`, which names nobody: neither do we. */
export async function peopleFromGroupPhotos(api) {
  const photos = await findFaces(api);
  const people = FACES.map(([photo, place], index) => {
    const files = (renditions) => renditions.map((rendition) => photoOf(photos, [photo, place], rendition));
    return { name: `Guest ${String(index + 1).padStart(2, '0')}`, trained: files(TRAINED), heldOut: files(HELD_OUT) };
  });
  const twice = FACES.findIndex((face) => String(face) === String(IN_TWO_PHOTOS.trained));
  people[twice].heldOut.unshift({ ...photoOf(photos, IN_TWO_PHOTOS.heldOut, TRAINED[0]), label: 'another photo' });
  note(
    `${people.length} people, ${TRAINED.length} renditions of each face to train, ${HELD_OUT.length} others to recognise.`,
  );
  return people;
}

/** A rendition that is made when it is wanted. */
function photoOf(photos, [photo, place], rendition) {
  const { bytes, boxes } = photos[photo - 1];
  const box = boxes[place - 1];
  const others = boxes.filter((other) => other !== box);
  return { label: rendition[0], name: 'photo.jpg', read: () => render(bytes, box, others, rendition) };
}

/** The API refuses a photo with several faces, and says where they are: that is all we want of it here. */
async function findFaces(api) {
  const { person } = await api.post('/persons', { name: 'Nobody in particular' });
  const photos = [];
  for (const [index, expected] of FACES_EXPECTED.entries()) {
    const name = `sample${index + 1}.jpg`;
    const bytes = await readFile(join(PHOTOS, name));
    const [{ boxes = [] }] = await api.uploadFaces(person.id, [{ name, bytes }]);
    if (boxes.length !== expected)
      throw new Error(`${boxes.length} faces were found in ${name} instead of ${expected}`);
    photos.push({ bytes, boxes: boxes.toSorted((a, b) => a.x_min - b.x_min) });
  }
  await api.delete(`/persons/${person.id}`);
  note(`${FACES_EXPECTED.reduce((sum, count) => sum + count)} faces were found in ${photos.length} group photos.`);
  return photos;
}
