import sharp from 'sharp';
import type { RecognizedFace } from '../../compreface/face-engine.js';

/** Of the faces that were found in a stored crop the one that it was cut for: in its middle. Null when none was found. */
export async function nearestTheCentre(crop: Buffer, faces: readonly RecognizedFace[]): Promise<RecognizedFace | null> {
  if (faces.length < 2) return faces[0] ?? null;
  const { width, height } = await sharp(crop).metadata();
  const distance = ({ box }: RecognizedFace): number =>
    Math.hypot((box.xMin + box.xMax - width) / 2, (box.yMin + box.yMax - height) / 2);
  return faces.reduce((nearest, face) => (distance(face) < distance(nearest) ? face : nearest));
}
