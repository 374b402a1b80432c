import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ExpectedError } from '../demo/expected-error.mjs';

const PHOTO = /\.(jpe?g|png|webp|gif|tiff?)$/i;
const HEIC = /\.(heic|heif|avif)$/i;

/**
 * All files below the folder, hidden ones left out: `{path (relative), person, size, mtimeMs}` for photos, and
 * `{path, person, status, code, message}` for those that are not sent. Symbolic links are never followed.
 */
export async function readTree(root, { byFolder }) {
  const photos = [];
  const left = [];
  for await (const { path, entry } of walk(root, '')) {
    const person = byFolder && path.includes('/') ? path.slice(0, path.indexOf('/')).normalize('NFC').trim() : null;
    const refusal = refusalOf(path, entry, byFolder);
    if (refusal) left.push({ path, person, ...refusal });
    else {
      const { size, mtimeMs } = await lstat(join(root, path));
      photos.push({ path, person, size, mtimeMs });
    }
  }
  return { photos, left };
}

async function* walk(root, folder) {
  for (const entry of await entriesOf(join(root, folder))) {
    if (entry.name.startsWith('.')) continue;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(root, path);
    else yield { path, entry };
  }
}

async function entriesOf(folder) {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new ExpectedError(`${folder} cannot be read: ${error.code}`);
  }
}

function refusalOf(path, entry, byFolder) {
  if (entry.isSymbolicLink()) return skipped('SYMBOLIC_LINK', 'Symbolic links are not followed');
  if (!entry.isFile()) return skipped('NO_FILE', 'This is no file');
  if (HEIC.test(path)) {
    const message = 'HEIC and AVIF are not supported: export the photo as JPEG';
    return { status: 'rejected', code: 'UNSUPPORTED_MEDIA_TYPE', message };
  }
  if (!PHOTO.test(path)) return skipped('NO_PHOTO', 'Not a photo by its name: JPEG, PNG, WebP, GIF and TIFF are sent');
  if (byFolder && !path.includes('/')) return skipped('NO_PERSON', "Not inside a person's folder");
  return null;
}

function skipped(code, message) {
  return { status: 'skipped', code, message };
}
