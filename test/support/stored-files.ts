import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Every file below a folder, with its bytes; none when the folder is not there. */
export function filesBelow(folder: string): Map<string, Buffer> {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(names.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name))]));
}

/** The images that the application keeps: photos and crops. */
export function keptImages(dataDir: string): Map<string, Buffer> {
  return new Map([...filesBelow(join(dataDir, 'photos')), ...filesBelow(join(dataDir, 'faces'))]);
}

/** Where uploads of this process wait until they are looked at. */
export function waitingUploads(): readonly string[] {
  return [...filesBelow(join(tmpdir(), `training-uploads-${process.pid}`)).keys()];
}
