import sharp from 'sharp';
import { bar, note, plural, progress, progressDone, seconds } from './output.mjs';

/** What a face recogniser needs; CompreFace takes images of 5 MiB at most. */
const LONGEST_SIDE = 1600;

/** Asks for each held-out photo who it is. A photo without a face counts as wrong, one with several faces is left out. */
export async function recognise(engine, enrolled) {
  const names = new Map(enrolled.map(({ name, record }) => [record.compreface_subject, name]));
  const photos = enrolled.flatMap(({ name, heldOut }) => heldOut.map((photo) => ({ person: name, photo })));
  // One more than anybody has: somebody else is among them, however near all examples of one person are.
  const exampleCount = Math.max(...enrolled.map(({ trained }) => trained.length)) + 1;
  const startedAt = performance.now();
  const trials = [];
  for (const [index, { person, photo }] of photos.entries()) {
    const faces = await engine.recognize(await prepare(photo), exampleCount);
    if (faces.length > 1)
      note(`Left out: ${person}, ${photo.label}: ${faces.length} faces, nobody can tell which is meant`);
    else trials.push(judge(person, photo.label, faces[0], names));
    progress(`${bar(index + 1, photos.length)} ${index + 1} of ${photos.length} photos`);
  }
  progressDone(`${plural(trials.length, 'photo')} in ${seconds(performance.now() - startedAt)}.`);
  return trials;
}

/** `next`: the nearest of anybody else than the best candidate. */
function judge(person, label, face, names) {
  const candidates = (face?.subjects ?? []).map(({ subject, similarity }) => ({
    name: names.get(subject),
    similarity,
  }));
  const best = candidates[0];
  return { person, label, best, next: candidates.find(({ name }) => name !== best.name), right: best?.name === person };
}

async function prepare({ read }) {
  const size = { width: LONGEST_SIDE, height: LONGEST_SIDE, fit: 'inside', withoutEnlargement: true };
  return sharp(await read())
    .rotate()
    .resize(size)
    .jpeg({ quality: 92 })
    .toBuffer();
}
