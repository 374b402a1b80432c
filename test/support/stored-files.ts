import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** Removes the file of an image that the application shows at a path such as `/faces/7/image`, behind its back. Returns what brings it back. */
export async function loseImage(
  app: { api: { baseUrl: string }; place: { dataDir: string } },
  path: string,
): Promise<() => void> {
  const answer = await fetch(`${app.api.baseUrl}/api${path}`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const hash = createHash('sha256').update(bytes).digest('hex');
  const [file, ...others] = [...keptImages(app.place.dataDir).keys()].filter((name) => name.includes(hash));
  if (file === undefined || others.length > 0) throw new Error(`${others.length} files for ${path}`);
  rmSync(file);
  return () => {
    writeFileSync(file, bytes);
  };
}
